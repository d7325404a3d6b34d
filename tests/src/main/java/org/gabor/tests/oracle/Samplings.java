package org.gabor.tests.oracle;

import org.gabor.graph.Sampling;
import org.gabor.random.Permutation;

/** Which samples a step takes. */
final class Samplings {
    private Samplings() {}

    static double[] of(Sampling op, Operands in) {
        double[] y = in.out();
        switch (op) {
            case Sampling.Order o -> {
                long seed = ((long) in.in(0)[1] << 32) | ((long) in.in(0)[0] & 0xFFFFFFFFL);
                Permutation order = Permutation.of(seed, (int) in.in(2)[0], o.samples());
                int step = (int) in.in(1)[0];
                int first = step % o.steps() * o.batch();
                for (int i = 0; i < y.length; i++) y[i] = order.at(first + i);
            }
            case Sampling.Gather _ -> {
                int each = y.length / in.in(1).length;
                for (int i = 0; i < y.length; i++) {
                    int sample = (int) in.in(1)[i / each];
                    y[i] = in.in(0)[sample * each + i % each];
                }
            }
        }
        return y;
    }
}
