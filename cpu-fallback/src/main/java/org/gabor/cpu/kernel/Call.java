package org.gabor.cpu.kernel;

import java.util.List;
import org.gabor.graph.Custom;
import org.gabor.graph.TensorType;

/**
 * A user's operation, called with dense operands.
 *
 * @param op what is called
 * @param inputs addresses of the inputs
 * @param types their types
 * @param result address of the result
 * @param type its type
 */
public record Call(Custom op, List<Long> inputs, List<TensorType> types, long result, TensorType type)
        implements Description {
    public Call {
        inputs = List.copyOf(inputs);
        types = List.copyOf(types);
    }
}
