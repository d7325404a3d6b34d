package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.gabor.cpu.assemble.NestPlan.Mode;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Beside;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.jspecify.annotations.Nullable;

/**
 * The loops of a nest, with the one that goes along vectors turned into a loop over vectors. The mode is that of the longest
 * loop over neighbours. Outer loops that do not move B are loops of the rows, those that do not move A are loops of the
 * columns, but for the first, the images.
 *
 * @param isa the instruction set
 * @param mode which loop goes along vectors
 * @param tail elements of the last vector if it is incomplete, else 0
 * @param outer the loops around, images first, without that of mode {@link Mode#LANE}
 * @param lanes the loop over vectors in mode {@link Mode#LANE}, else a single turn
 * @param columns the loops of the columns
 * @param rows the loops of the rows
 * @param reduction the loops of the reduction
 * @param images images that are summed, in blocks of work of their own; null if there are none or too few parts of them
 */
record NestLoops(Isa isa, Mode mode, int tail, List<Walk> outer, Walk lanes, List<Walk> columns, List<Walk> rows,
        List<Walk> reduction, @Nullable Walk images) {
    private static final long F = Float.BYTES;
    private static final Beside NOTHING = new Beside(0, List.of(), List.of(), List.of());
    /** Parts of a sum that suffice to go through their images one by one. */
    private static final int PARTS = 8;

    static NestLoops of(Nest nest, Isa isa) {
        Bias kind = nest.epilogue().kind();
        Beside addend = Objects.requireNonNullElse(nest.epilogue().addend(), NOTHING);
        Beside gate = Objects.requireNonNullElse(nest.epilogue().gate(), NOTHING);
        var rows = new ArrayList<Walk>();
        var columns = new ArrayList<Walk>();
        var outer = new ArrayList<Walk>();
        for (int i = 0; i < nest.outer().size(); i++) {
            Loop l = nest.outer().get(i);
            long bias = kind == Bias.NONE ? 0 : nest.epilogue().step(i);
            (i == 0 ? outer : l.b() == 0 ? rows : l.a() == 0 ? columns : outer)
                    .add(new Walk(l.count(), new Offsets(l.a(), l.b(), l.c(), bias, Walk.step(addend.outer(), i),
                            Walk.step(gate.outer(), i))));
        }
        rows.addAll(Walk.of(nest.rows(), kind == Bias.ROW ? F : 0, addend.rows(), gate.rows()));
        columns.addAll(Walk.of(nest.columns(), kind == Bias.COLUMN ? F : 0, addend.columns(), gate.columns()));
        Walk images = images(nest);
        List<Loop> summed = images == null ? nest.reduction() : nest.reduction().subList(1, nest.reduction().size());
        return of(isa, nest.epilogue(), outer, Walk.merged(columns), Walk.merged(rows),
                Walk.of(summed, 0, List.of(), List.of()), images);
    }

    /** A sum over images can go image by image if enough parts of them keep the threads busy. */
    private static @Nullable Walk images(Nest nest) {
        if (nest.outer().isEmpty() || nest.reduction().size() < 2 || !nest.epilogue().equals(Epilogue.NONE)) return null;
        Loop parts = nest.outer().getFirst(), images = nest.reduction().getFirst();
        boolean even = parts.a() == images.count() * images.a() && parts.b() == images.count() * images.b();
        return even && parts.count() >= PARTS && images.count() > 1
                ? new Walk(images.count(), new Offsets(images.a(), images.b(), 0, 0, 0, 0)) : null;
    }

    private static NestLoops of(Isa isa, Epilogue epilogue, List<Walk> allOuter, List<Walk> allColumns, List<Walk> rows,
            List<Walk> allTerms, @Nullable Walk images) {
        Bias kind = epilogue.kind();
        long addend = epilogue.addend() == null ? 0 : F, gate = epilogue.gate() == null ? 0 : F;
        var outer = new ArrayList<>(allOuter.subList(0, Math.min(1, allOuter.size())));
        outer.addAll(Walk.merged(allOuter.subList(outer.size(), allOuter.size())));
        var columns = new ArrayList<>(allColumns);
        var terms = new ArrayList<>(allTerms);
        int column = length(columns, new Offsets(0, F, F, kind == Bias.COLUMN ? F : 0, addend, gate));
        int term = length(terms, new Offsets(F, F, 0, 0, 0, 0));
        int lane = outer.size() < 2 ? 0 : length(outer, new Offsets(F, F, F, kind == Bias.NONE ? 0 : F, addend, gate));

        Mode mode = lane > Math.max(column, term) ? Mode.LANE : term > column ? Mode.DOT : Mode.COLUMN;
        // without any neighbours a vector has one column
        if (mode == Mode.COLUMN && column == 0) columns.add(new Walk(1, new Offsets(0, F, F, F, F, F)));
        List<Walk> wide = switch (mode) {
            case COLUMN -> columns;
            case DOT -> terms;
            case LANE -> outer;
        };
        Walk single = wide.removeLast();
        var vectors = new Walk(Math.ceilDiv(single.count(), isa.lanes()), single.step().times(isa.lanes()));
        if (mode != Mode.LANE) wide.add(vectors);
        return new NestLoops(isa, mode, single.count() % isa.lanes(), List.copyOf(outer),
                mode == Mode.LANE ? vectors : new Walk(1, Offsets.NONE), List.copyOf(columns), rows, List.copyOf(terms), images);
    }

    /** Turns of the innermost loop if it goes from neighbour to neighbour, else 0. */
    private static int length(List<Walk> walks, Offsets neighbour) {
        return !walks.isEmpty() && walks.getLast().step().equals(neighbour) ? walks.getLast().count() : 0;
    }

    /** True if the last vector along a loop of {@code of} is incomplete. */
    boolean ragged(Mode of) { return tail > 0 && mode == of; }
}
