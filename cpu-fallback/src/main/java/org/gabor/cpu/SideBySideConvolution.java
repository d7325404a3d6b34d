package org.gabor.cpu;

import java.util.List;
import java.util.function.Function;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.graph.Window;

/**
 * Convolutions of images that lie side by side. A filter, or for the data gradient a channel, is a row of the nest;
 * the pixels of a line are its columns, the images the innermost of them. Filters are read where they are.
 */
final class SideBySideConvolution {
    private SideBySideConvolution() {}

    static void forward(CpuLowering to, Window win, Filters f, Stored x, Finish finish) {
        Stored y = finish.result();
        var rows = List.of(new Loop(f.k, f.stepK, 0, y.step('c')));
        var columns = columns(new Loop(y.shape().w(), 0, win.strideW() * x.step('w'), y.step('w')), x, y);
        var reduction = List.of(new Loop(f.c, f.stepC, x.step('c')),
                new Loop(f.r, f.stepR, win.dilationH() * x.step('h')),
                new Loop(f.s, f.stepS, win.dilationW() * x.step('w')));
        var outer = List.of(new Loop(x.blocks(), 0, x.step('n'), y.step('n')),
                new Loop(f.groups, f.k * f.stepK, f.c * x.step('c'), f.k * y.step('c')),
                new Loop(y.shape().h(), 0, win.strideH() * x.step('h'), y.step('h')));
        to.add(new Nest(f.address, ConvolutionLowering.corner(x, win), y.address(), rows, columns, reduction, outer,
                epilogue(finish, f.k, z -> beside(z, z.address(), f.k, z.step('h'), z.step('w')))));
    }

    static void gradX(CpuLowering to, Window win, Filters f, Stored dy, List<Phases> phases, Finish finish) {
        Stored dx = finish.result();
        for (Phases phase : phases) {
            Phase down = phase.down(), across = phase.across();
            var rows = List.of(new Loop(f.c, f.stepC, 0, dx.step('c')));
            var columns = columns(new Loop(across.count(), 0, dy.step('w'), win.strideW() * dx.step('w')), dy, dx);
            List<Loop> reduction = !phase.reached() ? List.of()
                    : List.of(new Loop(f.k, f.stepK, dy.step('c')),
                            new Loop(down.taps(), down.tapStep() * f.stepR, -down.outputStep() * dy.step('h')),
                            new Loop(across.taps(), across.tapStep() * f.stepS, -across.outputStep() * dy.step('w')));
            var outer = List.of(new Loop(dx.blocks(), 0, dy.step('n'), dx.step('n')),
                    new Loop(f.groups, f.k * f.stepK, f.k * dy.step('c'), f.c * dx.step('c')),
                    new Loop(down.count(), 0, dy.step('h'), win.strideH() * dx.step('h')));
            long first = f.address + down.firstTap() * f.stepR + across.firstTap() * f.stepS;
            to.add(new Nest(first, phase.baseIn(dy), phase.firstIn(dx), rows, columns, reduction, outer,
                    epilogue(finish, f.c, z -> beside(z, phase.firstIn(z), f.c, win.strideH() * z.step('h'),
                            win.strideW() * z.step('w')))));
        }
    }

    /** Both operands are summed along neighbouring images; the columns are channels and taps of a filter. */
    static void gradW(CpuLowering to, Window win, Filters f, Stored x, Stored dy, Stored dw, FilterSums sums) {
        var columns = List.of(new Loop(f.c, 0, x.step('c'), f.stepC),
                new Loop(f.r, 0, win.dilationH() * x.step('h'), f.stepR),
                new Loop(f.s, 0, win.dilationW() * x.step('w'), f.stepS));
        var reduction = List.of(new Loop(sums.blocks, dy.step('n'), x.step('n')),
                new Loop(dy.shape().h(), dy.step('h'), win.strideH() * x.step('h')),
                new Loop(dy.shape().w(), dy.step('w'), win.strideW() * x.step('w')),
                new Loop(x.lanes(), dy.bytes(), x.bytes()));
        var outer = List.of(new Loop(sums.parts, sums.blocks * dy.step('n'), sums.blocks * x.step('n'), sums.bytes),
                new Loop(f.groups, f.k * dy.step('c'), f.c * x.step('c'), f.k * f.stepK));
        to.add(new Nest(dy.address(), ConvolutionLowering.corner(x, win), sums.address,
                List.of(new Loop(f.k, dy.step('c'), 0, f.stepK)), columns, reduction, outer, Epilogue.NONE));
        sums.addTo(to, dw);
    }

    private static List<Loop> columns(Loop pixels, Stored b, Stored c) {
        return List.of(pixels, new Loop(b.lanes(), 0, b.bytes(), c.bytes()));
    }

    /** The bias of the rows, which moves on with the groups. */
    private static Epilogue epilogue(Finish finish, int rows, Function<Stored, Beside> beside) {
        return finish.epilogue(Bias.ROW, 0, List.of(0L, (long) rows * Float.BYTES, 0L), beside);
    }

    /** A value like the result from {@code first} on, with its steps from line to line and from pixel to pixel. */
    private static Beside beside(Stored z, long first, int rows, long line, long pixel) {
        return new Beside(first, List.of(z.step('c')), List.of(pixel, (long) z.bytes()),
                List.of(z.step('n'), rows * z.step('c'), line));
    }
}
