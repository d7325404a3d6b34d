package org.gabor.tests.oracle;

import static org.gabor.tests.oracle.PointwiseBounds.at;

import org.gabor.graph.Update.Group;
import org.gabor.graph.Update.SlabUpdate;
import org.gabor.graph.UpdateRule;

/** Error bounds of optimizers: their formulas in floats, coefficients rounded, 1 - beta^t by powers of floats. */
final class UpdateRuleBounds {
    private static final Approx ONE = Approx.exact(1);

    private UpdateRuleBounds() {}

    static void apply(UpdateRule rule, Group group, Operands v, Operands e) {
        Approx lr = at(v, e, 2, 0), decay = Approx.rounded(group.weightDecay());
        double t = v.in(3)[0] + 1;
        for (int i = group.begin(); i < group.end(); i++) {
            Approx w = at(v, e, 0, i), g = at(v, e, 1, i), decayed = g.plus(decay.times(w));
            Approx after = switch (rule) {
                case UpdateRule.Sgd r -> {
                    if (r.momentum() == 0) yield w.minus(lr.times(decayed));
                    Approx momentum = Approx.rounded(r.momentum());
                    Approx old = momentum.times(state(v, e, 0, i)).plus(rest(r.dampening()).times(decayed));
                    Approx velocity = put(e, 0, i, t == 1 ? decayed : old);
                    yield w.minus(lr.times(r.nesterov() ? decayed.plus(momentum.times(velocity)) : velocity));
                }
                case UpdateRule.Adam r -> {
                    Approx step = r.decoupled() ? g : decayed, from = r.decoupled() ? w.minus(lr.times(decay).times(w)) : w;
                    Approx m = put(e, 0, i, mixed(r.beta1(), state(v, e, 0, i), step));
                    Approx s = put(e, 1, i, mixed(r.beta2(), state(v, e, 1, i), step.times(step)));
                    Approx first = ONE.minus(Approx.rounded(r.beta1()).power(t));
                    Approx second = ONE.minus(Approx.rounded(r.beta2()).power(t));
                    Approx root = s.root().over(second.root()).plus(Approx.rounded(r.eps()));
                    yield from.minus(lr.over(first).times(m).over(root));
                }
                case UpdateRule.RmsProp r -> {
                    Approx s = put(e, 0, i, mixed(r.alpha(), state(v, e, 0, i), decayed.times(decayed))), variance = s;
                    if (r.centred()) {
                        Approx a = put(e, 1, i, mixed(r.alpha(), state(v, e, 1, i), decayed));
                        variance = s.minus(a.times(a));
                    }
                    Approx step = decayed.over(variance.root().plus(Approx.rounded(r.eps())));
                    if (r.momentum() != 0)
                        step = put(e, r.states() - 1, i,
                                Approx.rounded(r.momentum()).times(state(v, e, r.states() - 1, i)).plus(step));
                    yield w.minus(lr.times(step));
                }
                case UpdateRule.Adagrad r -> {
                    Approx s = put(e, 0, i, state(v, e, 0, i).plus(decayed.times(decayed)));
                    yield w.minus(lr.times(decayed).over(s.root().plus(Approx.rounded(r.eps()))));
                }
            };
            e.in(0)[i] = after.error();
        }
    }

    /** share old + (1 - share) more. */
    private static Approx mixed(double share, Approx old, Approx more) {
        return Approx.rounded(share).times(old).plus(rest(share).times(more));
    }

    private static Approx rest(double share) { return ONE.minus(Approx.rounded(share)); }

    private static Approx state(Operands v, Operands e, int k, int i) { return at(v, e, SlabUpdate.FIRST_STATE + k, i); }

    /** A state's new value, whose error is kept. */
    private static Approx put(Operands e, int k, int i, Approx value) {
        e.in(SlabUpdate.FIRST_STATE + k)[i] = value.error();
        return value;
    }
}
