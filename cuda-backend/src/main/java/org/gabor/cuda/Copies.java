package org.gabor.cuda;

import java.util.ArrayList;
import java.util.List;
import org.gabor.UsageException;

/** Copies whose elements lie in another order, or apart (movement.cu). */
final class Copies {
    private static final String FAMILY = "movement";
    private static final int THREADS = 256;
    private static final int AXES = 6;
    private static final int TILE = 32;
    private static final int TILE_ROWS = 8;
    /** What a thread moves at once at best. */
    private static final int WIDE = 16;
    /** Matrices with fewer rows or columns are not worth tiles, most of which they would leave empty. */
    private static final int NARROW = 8;

    private Copies() {}

    /**
     * A walk over some axes.
     *
     * @param from address of the first element that is read
     * @param into address of the first element that is written
     * @param axes the outermost first, with how far a turn moves in the source and in the target, in elements
     * @param bytes of an element
     */
    static Work strided(long from, long into, List<Walk.Axis> axes, int bytes) {
        Walk walk = Walk.of(axes, 2);
        Walk.Axis inner = walk.innermost();
        boolean run = inner.stride(0) == 1 && inner.stride(1) == 1;
        if (walk.turns() == 1 || (run && walk.axes().size() == 1)) return new Work.Move(from, into, walk.turns() * bytes);
        if (walk.axes().size() > AXES)
            throw new UsageException("cuda: a copy along " + walk.axes().size() + " axes is not supported, " + AXES + " are");
        int element = run ? element(walk, from, into, bytes) : bytes;
        return launch(from, into, run ? wider(walk, element / bytes) : walk, element);
    }

    /** The most bytes that are neighbours on both sides, at addresses that allow to move them at once. */
    private static int element(Walk walk, long from, long into, int bytes) {
        int element = WIDE;
        while (element > bytes && !fits(walk, from, into, bytes, element)) element /= 2;
        return element;
    }

    private static boolean fits(Walk walk, long from, long into, int bytes, int element) {
        if (from % element != 0 || into % element != 0 || walk.innermost().count() * bytes % element != 0) return false;
        List<Walk.Axis> outer = walk.axes().subList(0, walk.axes().size() - 1);
        return outer.stream().allMatch(a -> a.stride(0) * bytes % element == 0 && a.stride(1) * bytes % element == 0);
    }

    /** The same walk with {@code count} neighbours as one element. */
    private static Walk wider(Walk walk, int count) {
        var axes = new ArrayList<Walk.Axis>();
        for (Walk.Axis a : walk.axes()) axes.add(new Walk.Axis(a.count(), List.of(a.stride(0) / count, a.stride(1) / count)));
        axes.set(axes.size() - 1, new Walk.Axis(walk.innermost().count() / count, List.of(1L, 1L)));
        return new Walk(axes);
    }

    private static Launch launch(long from, long into, Walk walk, int element) {
        List<Walk.Axis> axes = walk.axes().reversed();
        var struct = new Struct(2 * AXES * Long.BYTES + AXES * Integer.BYTES);
        for (int side = 0; side < 2; side++)
            for (int i = 0; i < AXES; i++) struct.big(i < axes.size() ? axes.get(i).stride(side) : 0);
        for (int i = 0; i < AXES; i++) struct.integer(i < axes.size() ? Math.toIntExact(axes.get(i).count()) : 1);
        long row = axes.getFirst().count();
        var threads = RowGrid.of(row, walk.turns() / row, THREADS);
        return new Launch(FAMILY, "move_strided_" + element, threads.grid(), threads.block(), 0,
                new Arguments().pointer(from).pointer(into).struct(struct.toBytes()));
    }

    /** True if {@link #transposed} is made for matrices of this shape. */
    static boolean worthTiles(long rows, long columns) { return Math.min(rows, columns) >= NARROW; }

    /** {@code batch} matrices of rows x columns, dense, become columns x rows. */
    static Work transposed(long from, long into, long batch, long rows, long columns, int bytes) {
        byte[] struct = new Struct(16).big(batch).integer(Math.toIntExact(rows)).integer(Math.toIntExact(columns)).toBytes();
        long tiles = Math.ceilDiv(rows, TILE) * Math.ceilDiv(columns, TILE);
        var grid = new Launch.Grid(Math.toIntExact(tiles), (int) Math.min(batch, 65_535), 1);
        return new Launch(FAMILY, "move_transposed_" + bytes, grid, new Launch.Block(TILE, TILE_ROWS, 1), 0,
                new Arguments().pointer(from).pointer(into).struct(struct));
    }
}
