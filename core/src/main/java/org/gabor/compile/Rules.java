package org.gabor.compile;

import java.util.List;
import java.util.Map;
import org.gabor.graph.Custom;
import org.gabor.graph.DType;
import org.gabor.graph.Layout;
import org.gabor.graph.Node;

/**
 * What the passes must know of a backend: what it fuses, which layouts its kernels read and write, what scratch memory
 * they need.
 */
public interface Rules {
    /** The type in which convolutions and products take their operands: F32, or BF16 for the Autocast pass to bring about. */
    default DType compute() { return DType.F32; }

    /** Whether the backend computes with values of a type; for BF16 and F16 it does not, if nothing is said. */
    default boolean computesWith(DType dtype) { return dtype != DType.BF16 && dtype != DType.F16; }

    /** Whether the backend has a kernel for a user's operation. */
    default boolean runs(Custom op) { return true; }

    /** Chains that the backend computes in one step, the preferred ones first. */
    List<Pattern> patterns();

    /**
     * The layouts in which {@code node} wants its inputs and gives its result, halos left out.
     *
     * @param inputs the layouts that its inputs have, in order, halos left out
     */
    Signature signature(Node node, List<Layout> inputs);

    /** Rows and columns of zeros that {@code node} reads around its {@code input}-th input; 0 for most. */
    int halo(Node node, int input);

    /** Bytes of scratch memory that a step needs while it runs, given the layouts of all values. */
    long workspace(Step step, Map<Node, Layout> layouts);

    /**
     * For how many more steps memory is left alone after its last reader: a backend that begins a step before an earlier one
     * is done needs some; 0 for one after the other.
     */
    default int lag() { return 0; }

    /** Values start at a multiple of this many bytes. */
    int alignment();

    /**
     * The layouts of a node.
     *
     * @param inputs what it wants, an entry an input
     * @param result what it gives
     */
    record Signature(List<Layout> inputs, Layout result) {
        public Signature {
            inputs = List.copyOf(inputs);
        }

        /** Everything dense in logical order. */
        public static Signature logical(Node node) {
            return new Signature(node.inputs().stream().map(_ -> Layout.LOGICAL).toList(), Layout.LOGICAL);
        }
    }
}
