package org.gabor.graph;

/**
 * Where the elements of an image (or filter) value lie in memory. Shapes stay logical; only the Layouts pass and the
 * lowerings know layouts.
 *
 * <p>{@code order} lists the axes from the outermost to the innermost. One axis may be cut into blocks of
 * {@code block}: the axis itself then counts blocks, and the position within the block becomes the innermost axis.
 * A halo of {@code halo} rows and columns surrounds every h x w plane; the step that produces the value fills it with
 * zeros, so that a convolution reads its padding instead of testing for it.
 *
 * <p>Examples: {@code nhwc} is channels-last; {@code nhwc} blocked by n and 16 is [n/16][h][w][c][16], sixteen images
 * side by side; {@code hwcn} of a filter k,c,r,s is [r][s][c][k].
 *
 * @param order the four axis letters, or empty for {@link #LOGICAL}
 * @param blocked the axis that is cut into blocks, or a blank when {@code block} is 1
 * @param block elements of a block, 1 for none
 * @param halo rows and columns of zeros on each side of a plane
 */
public record Layout(String order, char blocked, int block, int halo) {
    /** Dense in logical order, for any rank: how parameters, matrices and everything outside a plan are stored. */
    public static final Layout LOGICAL = new Layout("", ' ', 1, 0);
    /** Channels last. */
    public static final Layout NHWC = new Layout("nhwc", ' ', 1, 0);
    /** Sixteen images side by side: [n/16][h][w][c][16]. */
    public static final Layout NHWC16N = new Layout("nhwc", 'n', 16, 0);

    private static final String AXES = "nchw";

    public Layout {
        boolean permutation = order.length() == 4 && AXES.chars().allMatch(a -> order.indexOf(a) >= 0);
        if (!order.isEmpty() && !permutation) throw new IllegalArgumentException("axis order " + order);
        if (block < 1 || (block == 1) != (blocked == ' ')) throw new IllegalArgumentException("block " + block);
        if (halo < 0 || (order.isEmpty() && (halo > 0 || block > 1)))
            throw new IllegalArgumentException("halo " + halo);
    }

    /** The same order with a halo of {@code rows} rows and columns on each side. */
    public Layout withHalo(int rows) { return new Layout(order, blocked, block, rows); }

    /** The same order without halo. */
    public Layout withoutHalo() { return halo == 0 ? this : withHalo(0); }

    /** True for {@link #LOGICAL}. */
    public boolean logical() { return order.isEmpty(); }

    /** Elements of the block along {@code axis}: {@link #block} for the blocked axis, else 1. */
    public int block(char axis) { return axis == blocked ? block : 1; }

    /**
     * Elements between two neighbours along {@code axis} of a rank-4 shape; for the blocked axis, between two blocks
     * (within a block neighbours are adjacent).
     */
    public long stride(Shape shape, char axis) {
        String axes = logical() ? AXES : order;
        long stride = block;
        for (int i = axes.length() - 1; axes.charAt(i) != axis; i--) stride *= extent(shape, axes.charAt(i));
        return stride;
    }

    /** Elements before the element (0, 0, 0, 0): the halo above and to the left of the first plane. */
    public long origin(Shape shape) { return halo == 0 ? 0 : halo * (stride(shape, 'h') + stride(shape, 'w')); }

    /** The place of one element, in elements from the start. */
    public long index(Shape shape, int n, int c, int h, int w) {
        return origin(shape) + along(shape, 'n', n) + along(shape, 'c', c) + along(shape, 'h', h)
                + along(shape, 'w', w);
    }

    /** Elements that a value of this shape occupies, halo and incomplete blocks included. */
    public long elements(Shape shape) {
        if (logical()) return shape.size();
        long elements = block;
        for (int i = 0; i < 4; i++) elements *= extent(shape, AXES.charAt(i));
        return elements;
    }

    /** Bytes that a value of this type occupies, halo and incomplete blocks included. */
    public long bytes(TensorType type) { return elements(type.shape()) * type.dtype().bytes; }

    /** True if a value of {@code shape} has the same bytes in both layouts, so that no conversion is needed. */
    public boolean sameBytes(Layout other, Shape shape) {
        if (equals(other)) return true;
        if (shape.rank() != 4 || halo != other.halo || elements(shape) != other.elements(shape)) return false;
        for (int i = 0; i < 4; i++) {
            char axis = AXES.charAt(i);
            int size = dim(shape, axis);
            if (size == 1) continue;
            if (block(axis) != other.block(axis) || stride(shape, axis) != other.stride(shape, axis)) return false;
        }
        return origin(shape) == other.origin(shape);
    }

    private long along(Shape shape, char axis, int i) {
        int b = block(axis);
        return i / b * stride(shape, axis) + i % b;
    }

    private long extent(Shape shape, char axis) {
        int size = dim(shape, axis);
        return axis == 'h' || axis == 'w' ? size + 2L * halo : Math.ceilDiv(size, block(axis));
    }

    private static int dim(Shape shape, char axis) { return shape.dim(AXES.indexOf(axis)); }

    /** For example {@code nhwc}, {@code nhwc16n+2} (two rows of halo), {@code dense}. */
    @Override
    public String toString() {
        if (logical()) return "dense";
        return order + (block > 1 ? "" + block + blocked : "") + (halo > 0 ? "+" + halo : "");
    }
}
