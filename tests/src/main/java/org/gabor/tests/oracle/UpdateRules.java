package org.gabor.tests.oracle;

import org.gabor.graph.Update.Group;
import org.gabor.graph.Update.SlabUpdate;
import org.gabor.graph.UpdateRule;

/** What optimizers do to the weights of a group: operands are those of {@link SlabUpdate}. */
final class UpdateRules {
    private UpdateRules() {}

    static void apply(UpdateRule rule, Group group, Operands in) {
        double[] w = in.in(0), g = in.in(1);
        double lr = in.in(2)[0], t = in.in(3)[0] + 1, d = group.weightDecay();
        for (int i = group.begin(); i < group.end(); i++)
            switch (rule) {
            case UpdateRule.Sgd r -> {
                double step = g[i] + d * w[i];
                if (r.momentum() != 0) {
                    double[] v = state(in, 0);
                    v[i] = t == 1 ? step : r.momentum() * v[i] + (1 - r.dampening()) * step;
                    step = r.nesterov() ? step + r.momentum() * v[i] : v[i];
                }
                w[i] -= lr * step;
            }
            case UpdateRule.Adam r -> {
                double[] m = state(in, 0), v = state(in, 1);
                if (r.decoupled()) w[i] -= lr * d * w[i];
                double step = r.decoupled() ? g[i] : g[i] + d * w[i];
                m[i] = r.beta1() * m[i] + (1 - r.beta1()) * step;
                v[i] = r.beta2() * v[i] + (1 - r.beta2()) * step * step;
                double first = 1 - Math.pow(r.beta1(), t), second = 1 - Math.pow(r.beta2(), t);
                w[i] -= lr / first * m[i] / (Math.sqrt(v[i]) / Math.sqrt(second) + r.eps());
            }
            case UpdateRule.RmsProp r -> {
                double[] s = state(in, 0);
                double step = g[i] + d * w[i];
                s[i] = r.alpha() * s[i] + (1 - r.alpha()) * step * step;
                double variance = s[i];
                if (r.centred()) {
                    double[] a = state(in, 1);
                    a[i] = r.alpha() * a[i] + (1 - r.alpha()) * step;
                    variance -= a[i] * a[i];
                }
                step /= Math.sqrt(variance) + r.eps();
                if (r.momentum() != 0) {
                    double[] b = state(in, r.states() - 1);
                    b[i] = r.momentum() * b[i] + step;
                    step = b[i];
                }
                w[i] -= lr * step;
            }
            case UpdateRule.Adagrad r -> {
                double[] s = state(in, 0);
                double step = g[i] + d * w[i];
                s[i] += step * step;
                w[i] -= lr * step / (Math.sqrt(s[i]) + r.eps());
            }
            }
    }

    private static double[] state(Operands in, int k) { return in.in(SlabUpdate.FIRST_STATE + k); }
}
