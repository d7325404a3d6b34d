package org.gabor.tests.oracle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import org.gabor.graph.Custom;
import org.gabor.graph.DType;
import org.gabor.graph.TensorType;

/** Operations of users: only their own body knows what they compute, so it is run, on floats. */
final class Customs {
    private Customs() {}

    static double[] of(Custom op, Operands in) {
        var inputs = new ArrayList<MemorySegment>();
        for (int i = 0; i < in.types().size(); i++) inputs.add(segment(in.types().get(i).dtype(), in.in(i)));
        TensorType type = op.infer(in.types());
        MemorySegment result = segment(type.dtype(), in.out());
        op.compute(inputs, in.types(), result);
        double[] out = in.out();
        for (int i = 0; i < out.length; i++)
            out[i] = type.dtype() == DType.I32 ? result.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i)
                    : result.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
        return out;
    }

    private static MemorySegment segment(DType type, double[] values) {
        if (type == DType.I32) {
            int[] ints = new int[values.length];
            for (int i = 0; i < ints.length; i++) ints[i] = (int) values[i];
            return MemorySegment.ofArray(ints);
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) floats[i] = (float) values[i];
        return MemorySegment.ofArray(floats);
    }
}
