package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.graph.Layout;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/**
 * A value in memory.
 *
 * @param base address of its first byte, halo included
 * @param address address of its first element
 * @param layout how its elements lie
 * @param type its shape and element type
 */
record Stored(long base, long address, Layout layout, TensorType type) {
    /** Its logical dimensions. */
    Shape shape() { return type.shape(); }

    /** Bytes of an element. */
    int bytes() { return type.dtype().bytes; }

    /** Images side by side. */
    int lanes() { return layout.block('n'); }

    /** Blocks of images; without blocks, what the first dimension counts. */
    int blocks() { return Math.ceilDiv(shape().n(), lanes()); }

    /** Bytes from neighbour to neighbour along an axis of an image; along n from block to block. */
    long step(char axis) { return layout.stride(shape(), axis) * bytes(); }

    /** Bytes from neighbour to neighbour along each axis of a dense value. */
    List<Long> denseSteps() {
        var steps = new ArrayList<Long>();
        long step = bytes();
        for (int i = shape().rank() - 1; i >= 0; i--) {
            steps.addFirst(step);
            step *= shape().dim(i);
        }
        return steps;
    }

    /** The axes in the order of a walk through memory, the innermost last. */
    List<Integer> order() {
        return shape().rank() == 4 ? List.of(0, 2, 3, 1) : IntStream.range(0, shape().rank()).boxed().toList();
    }

    /** Bytes from neighbour to neighbour along each axis; along n of an image from block to block. */
    List<Long> steps() {
        return shape().rank() == 4 ? List.of(step('n'), step('c'), step('h'), step('w')) : denseSteps();
    }
}
