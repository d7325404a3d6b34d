package org.gabor.cpu;

import java.util.List;
import java.util.function.Function;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.graph.Window;

/**
 * Convolutions of every channel by its own filter. Channels lie side by side in images, sums and packed filters,
 * [r][s][c], and are the last outer loop of the nest.
 */
final class DepthwiseConvolution {
    private static final long F = Float.BYTES;
    private static final List<Loop> ONE_COLUMN = List.of(new Loop(1, 0, 0, 0));

    private DepthwiseConvolution() {}

    static void forward(CpuLowering to, Window win, Filters f, Stored x, Finish finish) {
        Stored y = finish.result();
        long tap = f.groups * F;
        var rows = List.of(new Loop(y.shape().w(), win.strideW() * x.step('w'), 0, y.step('w')));
        var taps = List.of(new Loop(f.r, win.dilationH() * x.step('h'), f.s * tap),
                new Loop(f.s, win.dilationW() * x.step('w'), tap));
        var outer = List.of(new Loop(x.blocks(), x.step('n'), 0, y.step('n')),
                new Loop(y.shape().h(), win.strideH() * x.step('h'), 0, y.step('h')), new Loop(f.groups, F, F, F));
        to.add(new Nest(ConvolutionLowering.corner(x, win), pack(to, f), y.address(), rows, ONE_COLUMN, taps, outer,
                epilogue(finish, z -> beside(z, z.address(), z.step('h'), z.step('w')))));
    }

    static void gradX(CpuLowering to, Window win, Filters f, Stored dy, List<Phases> phases, Finish finish) {
        Stored dx = finish.result();
        long packed = pack(to, f), tap = f.groups * F;
        for (Phases phase : phases) {
            Phase down = phase.down(), across = phase.across();
            var rows = List.of(new Loop(across.count(), dy.step('w'), 0, win.strideW() * dx.step('w')));
            List<Loop> taps = !phase.reached() ? List.of()
                    : List.of(new Loop(down.taps(), -down.outputStep() * dy.step('h'), (long) down.tapStep() * f.s * tap),
                            new Loop(across.taps(), -across.outputStep() * dy.step('w'), across.tapStep() * tap));
            var outer = List.of(new Loop(dx.blocks(), dy.step('n'), 0, dx.step('n')),
                    new Loop(down.count(), dy.step('h'), 0, win.strideH() * dx.step('h')), new Loop(f.groups, F, F, F));
            long first = packed + (down.firstTap() * f.s + across.firstTap()) * tap;
            to.add(new Nest(phase.baseIn(dy), first, phase.firstIn(dx), rows, ONE_COLUMN, taps, outer, epilogue(finish,
                    z -> beside(z, phase.firstIn(z), win.strideH() * z.step('h'), win.strideW() * z.step('w')))));
        }
    }

    static void gradW(CpuLowering to, Window win, Filters f, Stored x, Stored dy, Stored dw, FilterSums sums) {
        long tap = f.groups * F;
        var rows = List.of(new Loop(f.r, win.dilationH() * x.step('h'), 0, f.s * tap),
                new Loop(f.s, win.dilationW() * x.step('w'), 0, tap));
        var outer = List.of(new Loop(sums.parts, sums.blocks * x.step('n'), sums.blocks * dy.step('n'), sums.bytes),
                new Loop(f.groups, F, F, F));
        to.add(new Nest(ConvolutionLowering.corner(x, win), dy.address(), sums.address, rows, ONE_COLUMN,
                PanelConvolution.pixels(win, x, dy, sums.blocks), outer, Epilogue.NONE));
        sums.unpackTo(to, dw, List.of(new Loop(f.groups, F, f.stepK), new Loop(f.r, f.s * tap, f.stepR),
                new Loop(f.s, tap, f.stepS)));
    }

    private static long pack(CpuLowering to, Filters f) {
        long packed = to.workspace(f.bytes), tap = f.groups * F;
        to.add(new Copy(f.address, packed, List.of(new Loop(f.r, f.stepR, f.s * tap), new Loop(f.s, f.stepS, tap),
                new Loop(f.groups, f.stepK, F)), Float.BYTES));
        return packed;
    }

    private static Epilogue epilogue(Finish finish, Function<Stored, Beside> beside) {
        return finish.epilogue(Bias.COLUMN, 0, List.of(0L, 0L, F), beside);
    }

    /** A value like the result from {@code first} on, with its steps from line to line and from pixel to pixel. */
    private static Beside beside(Stored z, long first, long line, long pixel) {
        return new Beside(first, List.of(pixel), List.of(0L), List.of(z.step('n'), line, F));
    }
}
