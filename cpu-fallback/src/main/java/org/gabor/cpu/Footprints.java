package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.gabor.cpu.kernel.Call;
import org.gabor.cpu.kernel.Coefficients;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Description;
import org.gabor.cpu.kernel.DrawMaps;
import org.gabor.cpu.kernel.Factors;
import org.gabor.cpu.kernel.FiniteScan;
import org.gabor.cpu.kernel.Footprint;
import org.gabor.cpu.kernel.Gather;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Lrn;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Order;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Pointwise.Along;
import org.gabor.cpu.kernel.Pointwise.Element;
import org.gabor.cpu.kernel.Pointwise.Instruction;
import org.gabor.cpu.kernel.Pointwise.Operand;
import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Region;
import org.gabor.cpu.kernel.Rim;
import org.gabor.cpu.kernel.Rows;
import org.gabor.cpu.kernel.Separable;
import org.gabor.cpu.kernel.Squares;
import org.gabor.cpu.kernel.Sums;
import org.gabor.cpu.kernel.Totals;
import org.gabor.cpu.kernel.Warp;
import org.gabor.graph.Augmentation;
import org.jspecify.annotations.Nullable;

/** Which memory a description touches, from its loops. */
final class Footprints {
    private final List<Region> reads = new ArrayList<>();
    private final List<Region> writes = new ArrayList<>();
    private int images;

    private Footprints() {}

    /** The footprint of a kernel whose blocks divide into {@code images} blocks of images in {@code parts} groups. */
    static Footprint of(Description description, int images, int parts) {
        var f = new Footprints();
        f.images = images;
        f.add(description);
        return new Footprint(images, parts, f.reads, f.writes);
    }

    private void add(Description description) {
        switch (description) {
            case Nest n -> nest(n);
            case Pointwise p -> pointwise(p);
            case Sums s -> sums(s);
            case Totals t -> totals(t);
            case Pool p -> pool(p);
            case Separable s -> separable(s);
            case Lrn l -> lrn(l);
            case Rows r -> rows(r);
            case Copy c -> {
                reads.add(walk(c.source(), c.bytes(), Loop::a, c.loops()));
                writes.add(walk(c.target(), c.bytes(), Loop::b, c.loops()));
            }
            case Rim r -> writes.add(walk(r.address(), 1, Loop::a, List.of(new Loop(r.planes(), r.planeBytes(), 0),
                    new Loop(Math.toIntExact(r.planeBytes()), 1, 0))));
            case Coefficients c -> {
                int row = c.channels() * Float.BYTES;
                all(reads, c.stats(), 2L * row);
                all(reads, c.gamma(), row);
                if (c.sums() != 0) all(reads, c.sums(), 2L * row);
                all(writes, c.result(), (c.sums() == 0 ? 1L : 3L) * row);
            }
            case Factors.OfStep f -> {
                all(reads, f.step(), Integer.BYTES);
                all(reads, f.rate(), Float.BYTES);
                all(writes, f.result(), 2 * Float.BYTES);
            }
            case Factors.Clip f -> {
                all(reads, f.squares(), (long) f.count() * Double.BYTES);
                all(writes, f.result(), Float.BYTES);
            }
            case Squares s -> {
                all(reads, s.x(), s.count() * Float.BYTES);
                all(writes, s.result(), (long) Squares.parts(s.count()) * Double.BYTES);
            }
            case DrawMaps d -> {
                all(reads, d.seed(), 2 * Integer.BYTES);
                all(reads, d.step(), Integer.BYTES);
                all(reads, d.epoch(), Integer.BYTES);
                all(writes, d.result(), (long) Augmentation.COEFFICIENTS * d.op().n() * Float.BYTES);
            }
            case Warp w -> warp(w);
            case FiniteScan f -> {
                all(reads, f.step(), Integer.BYTES);
                all(reads, f.loss(), Float.BYTES);
                all(reads, f.gradients(), f.count() * Float.BYTES);
                all(writes, f.guard(), 2 * Integer.BYTES);
            }
            case Order o -> {
                all(reads, o.seed(), 2 * Integer.BYTES);
                all(reads, o.step(), Integer.BYTES);
                all(reads, o.epoch(), Integer.BYTES);
                all(writes, o.result(), (long) o.op().batch() * Integer.BYTES);
            }
            case Gather g -> {
                all(reads, g.source(), g.samples() * g.bytes());
                all(reads, g.indices(), (long) g.count() * Integer.BYTES);
                all(writes, g.target(), g.count() * g.bytes());
            }
            case Call c -> {
                for (int i = 0; i < c.inputs().size(); i++) all(reads, c.inputs().get(i), c.types().get(i).bytes());
                all(writes, c.result(), c.type().bytes());
            }
        }
    }

    private void nest(Nest n) {
        List<Loop> around = n.outer(), summed = n.reduction();
        if (images > 0 && around.getFirst().count() < images) {
            // parts of the images, and the images of a part that are summed
            var each = new ArrayList<>(List.of(new Loop(images, summed.getFirst().a(), summed.getFirst().b())));
            each.addAll(around.subList(1, around.size()));
            around = each;
            summed = summed.subList(1, summed.size());
        }
        List<Loop> a = new ArrayList<>(around), b = new ArrayList<>(around), c = new ArrayList<>(n.outer());
        a.addAll(n.rows());
        a.addAll(summed);
        b.addAll(summed);
        b.addAll(n.columns());
        c.addAll(n.rows());
        c.addAll(n.columns());
        reads.add(walk(n.a(), Float.BYTES, Loop::a, a));
        reads.add(walk(n.b(), Float.BYTES, Loop::b, b));
        writes.add(walk(n.c(), Float.BYTES, Loop::c, c));
        beside(n, n.epilogue().addend());
        beside(n, n.epilogue().gate());
        if (n.epilogue().kind() == Bias.NONE) return;
        var bias = new ArrayList<Loop>();
        for (int i = 0; i < n.outer().size(); i++) bias.add(new Loop(n.outer().get(i).count(), n.epilogue().step(i), 0));
        bias.add(new Loop(Loop.turns(n.epilogue().kind() == Bias.ROW ? n.rows() : n.columns()), Float.BYTES, 0));
        reads.add(walk(n.epilogue().bias(), Float.BYTES, Loop::a, bias));
    }

    private void beside(Nest n, @Nullable Beside x) {
        if (x == null) return;
        var loops = new ArrayList<Loop>();
        steps(loops, n.outer(), x.outer());
        steps(loops, n.rows(), x.rows());
        steps(loops, n.columns(), x.columns());
        reads.add(walk(x.address(), Float.BYTES, Loop::a, loops));
    }

    private static void steps(List<Loop> to, List<Loop> loops, List<Long> steps) {
        for (int i = 0; i < loops.size(); i++) to.add(new Loop(loops.get(i).count(), steps.get(i), 0));
    }

    private void pointwise(Pointwise p) {
        var written = new boolean[p.operands().size()];
        for (Instruction i : p.code()) {
            if (i instanceof Instruction.Store s) written[s.operand()] = true;
            if (i instanceof Instruction.Drop d) {
                all(reads, d.draws().seed(), 2 * Integer.BYTES);
                all(reads, d.draws().step(), Integer.BYTES);
                all(reads, d.draws().epoch(), Integer.BYTES);
            }
        }
        if (p.guard() != 0) all(reads, p.guard(), Integer.BYTES);
        for (int i = 0; i < written.length; i++) {
            Region r = operand(p, p.operands().get(i));
            reads.add(r);
            if (written[i]) writes.add(r);
        }
    }

    private Region operand(Pointwise p, Operand o) {
        var loops = new ArrayList<Loop>();
        for (int i = 0; i < p.counts().size(); i++) loops.add(new Loop(p.counts().get(i), o.strides().get(i), 0));
        Along along = o.along();
        int lanes = Math.min(along.lanes(), p.run()), channels = Math.min(along.channels(), Math.ceilDiv(p.run(), along.lanes()));
        loops.add(new Loop(Math.ceilDiv(p.run(), along.period()), along.pixel(), 0));
        loops.add(new Loop(channels, along.channel(), 0));
        loops.add(new Loop(lanes, along.lane(), 0));
        return walk(o.address(), o.element() == Element.F32 ? Float.BYTES : 1, Loop::a, loops);
    }

    private void sums(Sums s) {
        var loops = new ArrayList<>(s.parts());
        loops.addAll(s.units());
        loops.addAll(s.summed());
        reads.add(walk(s.x(), Float.BYTES, Loop::a, loops));
        if (s.kind() == Sums.Kind.GRADIENT) reads.add(walk(s.dy(), Float.BYTES, Loop::b, loops));
        long part = images == 0 ? s.bytes() : s.bytes() / images;
        writes.add(new Region(s.result(), part, images == 0 ? 0 : part));
    }

    private void totals(Totals t) {
        int units = Loop.turns(t.units());
        all(reads, t.sums(), (long) t.parts() * t.kind().rows * units * t.lanes() * Double.BYTES);
        if (t.stats() != 0) all(reads, t.stats(), 2L * units * Float.BYTES);
        Region row = walk(t.result(), Float.BYTES, Loop::c, t.units());
        all(writes, row.from(), row.bytes() + (t.kind().rows - 1L) * units * Float.BYTES);
    }

    private void pool(Pool p) {
        int width = p.pixel() * Float.BYTES;
        var input = List.of(p.blocks(), new Loop(p.h(), p.row().a(), p.row().b(), p.row().c()),
                new Loop(p.w(), width, width, width));
        var output = List.of(p.blocks(), new Loop(p.rows().size(), p.row().a(), p.row().b(), p.row().c()),
                new Loop(p.columns().size(), width, width, width));
        reads.add(walk(p.x(), width, Loop::a, input));
        if (p.gradient()) reads.add(walk(p.dy(), width, Loop::b, output));
        writes.add(walk(p.result(), width, Loop::c, p.gradient() ? input : output));
    }

    private void separable(Separable s) {
        int width = s.pixel() * Float.BYTES, lastRow = 0;
        for (var row : s.rows()) for (var tap : row) lastRow = Math.max(lastRow, tap.at());
        reads.add(walk(s.x(), width, Loop::a,
                List.of(s.blocks(), new Loop(lastRow + 1, s.row().a(), 0), new Loop(s.w(), width, 0))));
        writes.add(walk(s.y(), width, Loop::b, List.of(s.blocks(), new Loop(s.rows().size(), 0, s.row().b()),
                new Loop(s.columns().size(), 0, width))));
    }

    private void lrn(Lrn l) {
        int width = l.channels() * l.lanes() * Float.BYTES;
        var loops = List.of(l.blocks(), l.rows(), new Loop(l.w(), width, width, width));
        reads.add(walk(l.x(), width, Loop::a, loops));
        if (l.dy() != 0) reads.add(walk(l.dy(), width, Loop::b, loops));
        writes.add(walk(l.result(), width, Loop::c, loops));
    }

    private void warp(Warp w) {
        int bytes = w.lanes() * w.imageBytes(), pixel = w.shape().c() * w.lanes() * Float.BYTES;
        reads.add(walk(w.x(), bytes, Loop::a, List.of(new Loop(w.blocks(), bytes, 0))));
        all(reads, w.maps(), (long) Augmentation.COEFFICIENTS * w.shape().n() * Float.BYTES);
        writes.add(walk(w.y(), w.shape().w() * pixel, Loop::a,
                List.of(new Loop(w.blocks(), w.block(), 0), new Loop(w.shape().h(), w.row(), 0))));
    }

    private void rows(Rows r) {
        long one = (long) r.samples() * Float.BYTES, many = one * r.c();
        if (r.x() != 0) all(reads, r.x(), many);
        if (r.labels() != 0) all(reads, r.labels(), one);
        if (r.dy() != 0) all(reads, r.dy(), many);
        all(writes, r.result(), many);
    }

    /** Memory that belongs to all images. */
    private static void all(List<Region> regions, long address, long bytes) { regions.add(new Region(address, bytes, 0)); }

    /**
     * What loops reach of an operand, {@code bytes} at a time. If the first loop is the images, its step is that of the
     * region; a loop that only some of the images turn makes it one region for all.
     */
    private Region walk(long address, int bytes, ToLongFunction<Loop> step, List<Loop> loops) {
        boolean byImage = images > 0 && !loops.isEmpty() && loops.getFirst().count() == images;
        long from = address, to = address + bytes;
        for (Loop l : byImage ? loops.subList(1, loops.size()) : loops) {
            long reach = (l.count() - 1) * step.applyAsLong(l);
            from += Math.min(reach, 0);
            to += Math.max(reach, 0);
        }
        return new Region(from, to - from, byImage ? step.applyAsLong(loops.getFirst()) : 0);
    }
}
