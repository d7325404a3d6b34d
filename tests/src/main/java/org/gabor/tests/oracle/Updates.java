package org.gabor.tests.oracle;

import java.util.Arrays;
import org.gabor.graph.Update;

/** Changes in place: the result is operand 0 itself. */
final class Updates {
    private Updates() {}

    static double[] of(Update op, Operands in) {
        double[] target = in.in(0);
        switch (op) {
            case Update.PackSlab p -> {
                for (int i = 0; i < p.offsets().size(); i++) {
                    double[] g = in.in(i + 1);
                    System.arraycopy(g, 0, target, p.offsets().get(i), g.length);
                }
            }
            case Update.FiniteGuard _ -> {
                boolean finite = Arrays.stream(in.in(2)).allMatch(Double::isFinite)
                        && Arrays.stream(in.in(3)).allMatch(Double::isFinite);
                if (target[0] == 0 && !finite) {
                    target[0] = 1;
                    target[1] = in.in(1)[0];
                }
            }
            case Update.ClipNorm c -> {
                double factor = Math.min(1, c.limit() / (norm(target) + 1e-6));
                if (open(in.in(1))) for (int i = 0; i < target.length; i++) target[i] *= factor;
            }
            case Update.ClipValue c -> {
                if (open(in.in(1)))
                    for (int i = 0; i < target.length; i++) target[i] = Math.clamp(target[i], -c.limit(), c.limit());
            }
            case Update.SlabUpdate s -> {
                if (open(in.in(4))) for (Update.Group g : s.groups()) UpdateRules.apply(s.rule(), g, in);
            }
            case Update.RunningUpdate r -> {
                if (open(in.in(2))) running(r, target, in.in(1));
            }
            case Update.Accumulate _ -> {
                if (open(in.in(2))) target[0] += in.in(1)[0];
            }
            case Update.MovingAverage m -> {
                if (open(in.in(2)))
                    for (int i = 0; i < target.length; i++)
                        target[i] = m.decay() * target[i] + (1 - m.decay()) * in.in(1)[i];
            }
        }
        return target;
    }

    /** True while no step has been bad. */
    static boolean open(double[] guard) { return guard[0] == 0; }

    /** The L2 norm. */
    static double norm(double[] g) { return Math.sqrt(Arrays.stream(g).map(v -> v * v).sum()); }

    private static void running(Update.RunningUpdate op, double[] running, double[] stats) {
        double unbiased = op.count() / (op.count() - 1.0);
        for (int i = 0; i < running.length; i++) {
            boolean variance = i >= running.length / 2;
            running[i] = (1 - op.momentum()) * running[i] + op.momentum() * (variance ? unbiased * stats[i] : stats[i]);
        }
    }
}
