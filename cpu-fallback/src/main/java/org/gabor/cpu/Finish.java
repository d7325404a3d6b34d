package org.gabor.cpu;

import java.util.List;
import java.util.function.Function;
import org.gabor.cpu.kernel.Nest.Beside;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.graph.Activation;
import org.gabor.graph.Node;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Pooling;
import org.jspecify.annotations.Nullable;

/**
 * Where the result of a head is stored, and what happens before.
 *
 * @param result where
 * @param bias address of what is added to every channel, or 0
 * @param activation a function of the sum, or null
 * @param addend what is added before, or null
 * @param gate whose positive elements let the result through, or null for all
 */
record Finish(Stored result, long bias, @Nullable Activation activation, @Nullable Stored addend, @Nullable Stored gate) {
    /** The result as it is. */
    static Finish plain(Stored result) { return new Finish(result, 0, null, null, null); }

    /** The same somewhere else. */
    Finish into(Stored place) { return new Finish(place, bias, activation, addend, gate); }

    /** With {@code next}, which reads the last of what is done so far; null if it cannot be taken along. */
    @Nullable
    Finish with(CpuLowering to, List<Node> done, Node next) {
        if (activation != null || gate != null) return null;
        if (next.op() instanceof Pointwise.Activate a) return new Finish(result, bias, a.f(), addend, null);
        if (done.getFirst().op() instanceof Pooling) return null;
        Node value = done.getLast();
        return switch (next.op()) {
            case Pointwise.AddBias _ when bias == 0 && addend == null ->
                    new Finish(result, to.at(next.in(1)).address(), null, null, null);
            case Pointwise.Add _ when addend == null -> {
                Node other = next.in(0).equals(value) ? next.in(1) : next.in(0);
                boolean fits = !done.contains(other) && other.shape().equals(value.shape());
                yield fits ? new Finish(result, bias, null, to.at(other), null) : null;
            }
            case Pointwise.ActivateGrad g when g.f() instanceof Activation.Relu && next.in(1).equals(value)
                    && !done.contains(next.in(0)) ->
                    new Finish(result, bias, null, addend, to.at(next.in(0)));
            default -> null;
        };
    }

    /** True if all that is read lies like the result. */
    boolean isAlike() {
        return (addend == null || addend.layout().equals(result.layout()))
                && (gate == null || gate.layout().equals(result.layout()));
    }

    /**
     * For a nest.
     *
     * @param kind whether a bias belongs to a row or a column
     * @param first bytes of bias before the first row or column
     * @param steps bytes that the outer loops move the bias
     * @param beside a value like the result as the nest walks it
     */
    Epilogue epilogue(Bias kind, long first, List<Long> steps, Function<Stored, Beside> beside) {
        Beside added = addend == null ? null : beside.apply(addend), gating = gate == null ? null : beside.apply(gate);
        return bias == 0 ? new Epilogue(Bias.NONE, 0, List.of(), activation, added, gating)
                : new Epilogue(kind, bias + first, steps, activation, added, gating);
    }
}
