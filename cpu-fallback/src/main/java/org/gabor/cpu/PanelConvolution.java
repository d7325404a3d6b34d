package org.gabor.cpu;

import java.util.ArrayList;
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
 * Convolutions of images with their channels side by side. A pixel is a row of the nest, channels are its columns; the
 * filters are packed into panels of columns, [groups][panels][r][s][reduced channel][column].
 */
final class PanelConvolution {
    private static final long F = Float.BYTES;

    private PanelConvolution() {}

    static void forward(CpuLowering to, Window win, Filters f, Stored x, Finish finish) {
        Stored y = finish.result();
        Rows rows = Rows.of(new Loop(y.shape().h(), win.strideH() * x.step('h'), 0, y.step('h')),
                new Loop(y.shape().w(), win.strideW() * x.step('w'), 0, y.step('w')), finish);
        for (Panels p : Panels.of(f.k)) {
            long line = (long) f.c * p.width() * F, panel = p.bytes((long) f.r * f.s * f.c);
            long packed = pack(to, p, f, f.address + p.first() * f.stepK, f.stepK, new Loop(f.c, f.stepC, 0),
                    new Loop(f.r, f.stepR, 0), new Loop(f.s, f.stepS, 0));
            var columns = List.of(new Loop(p.width(), 0, F, F));
            var reduction = ConvolutionLowering.merged(new Loop(f.r, win.dilationH() * x.step('h'), f.s * line),
                    new Loop(f.s, win.dilationW() * x.step('w'), line), new Loop(f.c, x.step('c'), p.width() * F));
            var outer = List.of(new Loop(x.blocks(), x.step('n'), 0, y.step('n')),
                    new Loop(f.groups, f.c * x.step('c'), p.count() * panel, f.k * y.step('c')),
                    new Loop(p.count(), 0, panel, p.width() * y.step('c')), rows.around);
            to.add(new Nest(ConvolutionLowering.corner(x, win), packed, y.address() + p.first() * y.step('c'),
                    List.of(rows.inner), columns, reduction, outer, epilogue(finish, p, f.k,
                            z -> beside(z, z.address(), p, f.k, z.step('h'), z.step('w')))));
        }
    }

    /** The filters are packed with their taps in reverse order, so that dy is read forwards. */
    static void gradX(CpuLowering to, Window win, Filters f, Stored dy, List<Phases> phases, Finish finish) {
        for (Panels p : Panels.of(f.c)) {
            long last = f.address + p.first() * f.stepC + (f.r - 1) * f.stepR + (f.s - 1) * f.stepS;
            long packed = pack(to, p, f, last, f.stepC, new Loop(f.k, f.stepK, 0), new Loop(f.r, -f.stepR, 0),
                    new Loop(f.s, -f.stepS, 0));
            for (Phases phase : phases) gradX(to, win, f, dy, phase, p, packed, finish);
        }
    }

    private static void gradX(CpuLowering to, Window win, Filters f, Stored dy, Phases phase, Panels p, long packed,
            Finish finish) {
        Stored dx = finish.result();
        Phase down = phase.down(), across = phase.across();
        long line = (long) f.k * p.width() * F, panel = p.bytes((long) f.r * f.s * f.k);
        Rows rows = Rows.of(new Loop(down.count(), dy.step('h'), 0, win.strideH() * dx.step('h')),
                new Loop(across.count(), dy.step('w'), 0, win.strideW() * dx.step('w')), finish);
        List<Loop> reduction = !phase.reached() ? List.of()
                : ConvolutionLowering.merged(
                        new Loop(down.taps(), down.outputStep() * dy.step('h'), (long) down.tapStep() * f.s * line),
                        new Loop(across.taps(), across.outputStep() * dy.step('w'), across.tapStep() * line),
                        new Loop(f.k, dy.step('c'), p.width() * F));
        var outer = List.of(new Loop(dx.blocks(), dy.step('n'), 0, dx.step('n')),
                new Loop(f.groups, f.k * dy.step('c'), p.count() * panel, f.c * dx.step('c')),
                new Loop(p.count(), 0, panel, p.width() * dx.step('c')), rows.around);
        int r = f.r - 1 - (down.firstTap() + (down.taps() - 1) * down.tapStep());
        int s = f.s - 1 - (across.firstTap() + (across.taps() - 1) * across.tapStep());
        long first = phase.reached() ? packed + (r * f.s + s) * line : packed;
        to.add(new Nest(phase.lastIn(dy), first, phase.firstIn(dx) + p.first() * dx.step('c'), List.of(rows.inner),
                List.of(new Loop(p.width(), 0, F, F)), reduction, outer, epilogue(finish, p, f.c,
                        z -> beside(z, phase.firstIn(z), p, f.c, win.strideH() * z.step('h'), win.strideW() * z.step('w')))));
    }

    /** The rows are filter taps and channels, the columns filters: [groups][r][s][c][k] for every part. */
    static void gradW(CpuLowering to, Window win, Filters f, Stored x, Stored dy, Stored dw, FilterSums sums) {
        long line = (long) f.c * f.k * F;
        var rows = ConvolutionLowering.merged(new Loop(f.r, win.dilationH() * x.step('h'), 0, f.s * line),
                new Loop(f.s, win.dilationW() * x.step('w'), 0, line), new Loop(f.c, x.step('c'), 0, f.k * F));
        var columns = List.of(new Loop(f.k, 0, dy.step('c'), F));
        var outer = List.of(new Loop(sums.parts, sums.blocks * x.step('n'), sums.blocks * dy.step('n'), sums.bytes),
                new Loop(f.groups, f.c * x.step('c'), f.k * dy.step('c'), (long) f.r * f.s * line));
        to.add(new Nest(ConvolutionLowering.corner(x, win), dy.address(), sums.address, rows, columns,
                pixels(win, x, dy, sums.blocks), outer, Epilogue.NONE));
        sums.unpackTo(to, dw, List.of(new Loop(f.groups, (long) f.r * f.s * line, f.k * f.stepK), new Loop(f.k, F, f.stepK),
                new Loop(f.c, f.k * F, f.stepC), new Loop(f.r, f.s * line, f.stepR), new Loop(f.s, line, f.stepS)));
    }

    /** The pixels of {@code blocks} of images, image by image: steps of x and dy. */
    static List<Loop> pixels(Window win, Stored x, Stored dy, int blocks) {
        var pixels = new ArrayList<>(List.of(new Loop(blocks, x.step('n'), dy.step('n'))));
        pixels.addAll(Loop.merged(List.of(new Loop(dy.shape().h(), win.strideH() * x.step('h'), dy.step('h')),
                new Loop(dy.shape().w(), win.strideW() * x.step('w'), dy.step('w')))));
        return pixels;
    }

    /** Copies the filters, {@code column} bytes apart, into panels; returns where the first lies. */
    private static long pack(CpuLowering to, Panels p, Filters f, long source, long column, Loop reduced, Loop r, Loop s) {
        long row = p.width() * F, tap = reduced.count() * row, panel = (long) f.r * f.s * tap;
        long packed = to.workspace((long) f.groups * p.count() * panel);
        to.add(new Copy(source, packed, List.of(new Loop(f.groups, f.k * f.stepK, p.count() * panel),
                new Loop(p.count(), p.width() * column, panel), new Loop(reduced.count(), reduced.a(), row),
                new Loop(f.r, r.a(), f.s * tap), new Loop(f.s, s.a(), tap), new Loop(p.width(), column, F)), Float.BYTES));
        return packed;
    }

    /** The bias of the panels' columns, which moves on with groups and panels. */
    private static Epilogue epilogue(Finish finish, Panels p, int columns, Function<Stored, Beside> beside) {
        return finish.epilogue(Bias.COLUMN, p.first() * F, List.of(0L, columns * F, p.width() * F, 0L), beside);
    }

    /** A value like the result from {@code first} on, with its steps from line to line and from pixel to pixel. */
    private static Beside beside(Stored z, long first, Panels p, int columns, long line, long pixel) {
        long c = z.step('c');
        return new Beside(first + p.first() * c, List.of(pixel), List.of(c),
                List.of(z.step('n'), columns * c, p.width() * c, line));
    }

    /** The pixels of an image as one loop where they lie evenly, else those of a line, and the lines around them. */
    private record Rows(Loop around, Loop inner) {
        static Rows of(Loop lines, Loop pixels, Finish finish) {
            List<Loop> merged = ConvolutionLowering.merged(lines, pixels);
            if (merged.size() > 1 || !finish.isAlike()) return new Rows(lines, pixels);
            return new Rows(new Loop(1, 0, 0, 0), merged.getFirst());
        }
    }
}
