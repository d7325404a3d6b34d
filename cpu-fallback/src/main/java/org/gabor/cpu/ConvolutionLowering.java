package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.CpuLowering.Finish;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Sums;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;

/**
 * Convolutions as nests. The columns are neighbouring pixels (with sixteen images side by side) for a convolution and
 * its data gradient, and the taps of a filter for the filter gradient. Filters are read where they are.
 */
final class ConvolutionLowering {
    /** Columns that a nest should have at least, about, so that its inner loop is long. */
    private static final int COLUMNS = 512;
    /** Parts into which the sum of a filter gradient is cut, at most; fixed, so that results are. */
    private static final int PARTS = 8;

    private ConvolutionLowering() {}

    static void forward(CpuLowering to, Conv2d conv, Node node, Finish finish) {
        Window win = conv.window();
        Stored x = to.at(node.in(0)), w = to.at(node.in(1)), y = finish.result();
        Filter f = new Filter(w, conv.groups());
        int p = y.shape().h(), q = y.shape().w();
        Tile tile = Tile.of(x.blocks(), p, q * x.lanes());

        long downX = win.strideH() * x.step('h'), downY = y.step('h');
        var columns = List.of(new Loop(tile.blocks, 0, x.step('n'), y.step('n')), new Loop(tile.rows, 0, downX, downY),
                new Loop(q, 0, win.strideW() * x.step('w'), y.step('w')), new Loop(x.lanes(), 0, x.bytes(), y.bytes()));
        var reduction = List.of(new Loop(f.c, f.stepC, x.step('c')),
                new Loop(f.r, f.stepR, win.dilationH() * x.step('h')),
                new Loop(f.s, f.stepS, win.dilationW() * x.step('w')));
        var outer = List.of(
                new Loop(x.blocks() / tile.blocks, 0, tile.blocks * x.step('n'), tile.blocks * y.step('n')),
                new Loop(f.groups, f.k * f.stepK, f.c * x.step('c'), f.k * y.step('c')),
                new Loop(p / tile.rows, 0, tile.rows * downX, tile.rows * downY));
        long corner = x.address() - win.top() * x.step('h') - win.left() * x.step('w');
        to.add(new Nest(w.address(), corner, y.address(), List.of(new Loop(f.k, f.stepK, 0, y.step('c'))), columns, reduction,
                outer, perGroup(finish.epilogue(), f.k)));
    }

    /** A nest for every pair of phases; with stride 1 there is one. */
    static void gradX(CpuLowering to, Conv2dGradX grad, Node node, Finish finish) {
        for (Phase rows : Phase.rows(grad.window(), grad.x()))
            for (Phase columns : Phase.columns(grad.window(), grad.x())) gradX(to, grad, node, finish, rows, columns);
    }

    private static void gradX(CpuLowering to, Conv2dGradX grad, Node node, Finish finish, Phase down, Phase across) {
        Window win = grad.window();
        Stored dy = to.at(node.in(0)), w = to.at(node.in(1)), dx = finish.result();
        Filter f = new Filter(w, grad.groups());
        Tile tile = Tile.of(dx.blocks(), down.count(), across.count() * dx.lanes());

        long downX = win.strideH() * dx.step('h'), downY = dy.step('h');
        var columns = List.of(new Loop(tile.blocks, 0, dy.step('n'), dx.step('n')), new Loop(tile.rows, 0, downY, downX),
                new Loop(across.count(), 0, dy.step('w'), win.strideW() * dx.step('w')),
                new Loop(dx.lanes(), 0, dy.bytes(), dx.bytes()));
        boolean reached = down.taps() > 0 && across.taps() > 0;
        List<Loop> reduction = !reached ? List.of()
                : List.of(new Loop(f.k, f.stepK, dy.step('c')),
                        new Loop(down.taps(), down.tapStep() * f.stepR, -down.outputStep() * dy.step('h')),
                        new Loop(across.taps(), across.tapStep() * f.stepS, -across.outputStep() * dy.step('w')));
        var outer = List.of(
                new Loop(dx.blocks() / tile.blocks, 0, tile.blocks * dy.step('n'), tile.blocks * dx.step('n')),
                new Loop(f.groups, f.k * f.stepK, f.k * dy.step('c'), f.c * dx.step('c')),
                new Loop(down.count() / tile.rows, 0, tile.rows * downY, tile.rows * downX));
        long a = w.address() + down.firstTap() * f.stepR + across.firstTap() * f.stepS;
        long b = dy.address() + down.base() * dy.step('h') + across.base() * dy.step('w');
        long c = dx.address() + down.first() * dx.step('h') + across.first() * dx.step('w');
        to.add(new Nest(a, b, c, List.of(new Loop(f.c, f.stepC, 0, dx.step('c'))), columns, reduction, outer,
                perGroup(finish.epilogue(), f.c)));
    }

    /** Summed for each of a few parts of the images, and the parts in order; with one channel a group, tap by tap. */
    static void gradW(CpuLowering to, Conv2dGradW grad, Node node) {
        Window win = grad.window();
        Stored x = to.at(node.in(0)), dy = to.at(node.in(1)), dw = to.at(node);
        Filter f = new Filter(dw, grad.groups());
        long bytes = dw.type().bytes(), tapDown = win.dilationH() * x.step('h'), tapAcross = win.dilationW() * x.step('w');
        long corner = x.address() - win.top() * x.step('h') - win.left() * x.step('w');
        if (isDepthwise(grad, dw.shape())) {
            var taps = List.of(new Loop(f.groups, x.step('c'), f.k * dy.step('c'), f.k * f.stepK),
                    new Loop(f.k, 0, dy.step('c'), f.stepK), new Loop(f.r, tapDown, 0, f.stepR),
                    new Loop(f.s, tapAcross, 0, f.stepS));
            var pixels = new ArrayList<>(Loop.merged(List.of(new Loop(x.blocks(), x.step('n'), dy.step('n')),
                    new Loop(dy.shape().h(), win.strideH() * x.step('h'), dy.step('h')),
                    new Loop(dy.shape().w(), win.strideW() * x.step('w'), dy.step('w')),
                    new Loop(x.lanes(), x.bytes(), dy.bytes()))));
            Loop run = pixels.isEmpty() ? new Loop(1, 0, 0) : pixels.removeLast();
            to.add(new Sums(Sums.Kind.PRODUCT, taps, corner, dy.address(), pixels, run, 0, 1, 0, dw.address()));
            return;
        }
        int parts = parts(x.blocks()), blocks = x.blocks() / parts;
        long sums = parts == 1 ? dw.address() : to.workspace(parts * bytes);

        var columns = List.of(new Loop(f.c, 0, x.step('c'), f.stepC), new Loop(f.r, 0, tapDown, f.stepR),
                new Loop(f.s, 0, tapAcross, f.stepS));
        var reduction = List.of(new Loop(blocks, dy.step('n'), x.step('n')),
                new Loop(dy.shape().h(), dy.step('h'), win.strideH() * x.step('h')),
                new Loop(dy.shape().w(), dy.step('w'), win.strideW() * x.step('w')),
                new Loop(x.lanes(), dy.bytes(), x.bytes()));
        var outer = List.of(new Loop(parts, blocks * dy.step('n'), blocks * x.step('n'), bytes),
                new Loop(f.groups, f.k * dy.step('c'), f.c * x.step('c'), f.k * f.stepK));
        to.add(new Nest(dy.address(), corner, sums, List.of(new Loop(f.k, dy.step('c'), 0, f.stepK)), columns, reduction,
                outer, Epilogue.NONE));
        if (parts > 1) to.add(sum(sums, parts, Math.toIntExact(dw.shape().size()), dw.address()));
    }

    /** Scratch memory of a filter gradient over images in {@code blocks} blocks. */
    static long workspace(Conv2dGradW grad, TensorType dw, int blocks) {
        return isDepthwise(grad, dw.shape()) || parts(blocks) == 1 ? 0 : parts(blocks) * dw.bytes();
    }

    /** One channel a group: a nest would have a column a tap only, and gather them pixel by pixel. */
    private static boolean isDepthwise(Conv2dGradW grad, Shape dw) { return grad.groups() > 1 && dw.dim(1) == 1; }

    /** Parts into which the sum over {@code blocks} of images is cut. */
    private static int parts(int blocks) { return largestDivisor(blocks, PARTS); }

    private static Pointwise sum(long sums, int parts, int size, long result) {
        var code = new Code(size);
        int sum = code.load(code.operand(sums));
        for (int p = 1; p < parts; p++)
            sum = code.add(sum, code.load(code.operand(sums + p * (long) size * Float.BYTES)));
        code.store(sum, code.operand(result));
        return code.kernel(0);
    }

    /** The epilogue with a bias that moves on with the groups, the second of three outer loops. */
    private static Epilogue perGroup(Epilogue e, int rows) { return e.moving(List.of(0L, (long) rows * Float.BYTES, 0L)); }

    private static int largestDivisor(int n, int most) {
        int d = Math.min(n, most);
        while (n % d != 0) d--;
        return d;
    }

    /** How many rows of a plane, and if a plane is small how many blocks of images, the columns of a nest take in. */
    private record Tile(int blocks, int rows) {
        static Tile of(int blocks, int rows, int rowColumns) {
            int r = Loop.largestDivisor(rows, Math.max(1, COLUMNS / rowColumns));
            int b = r < rows ? 1 : Loop.largestDivisor(blocks, Math.max(1, COLUMNS / (rows * rowColumns)));
            return new Tile(b, r);
        }
    }

    /** Dimensions and byte steps of the dense filters of one group, the groups lying one behind the other. */
    private static final class Filter {
        private final int groups;
        private final int k;
        private final int c;
        private final int r;
        private final int s;
        private final long stepK;
        private final long stepC;
        private final long stepR;
        private final long stepS;

        Filter(Stored w, int groups) {
            this.groups = groups;
            k = w.shape().dim(0) / groups;
            c = w.shape().dim(1);
            r = w.shape().dim(2);
            s = w.shape().dim(3);
            List<Long> steps = w.denseSteps();
            stepK = steps.get(0);
            stepC = steps.get(1);
            stepR = steps.get(2);
            stepS = steps.get(3);
        }
    }
}
