package org.gabor.tests.oracle;

import static org.gabor.tests.oracle.PointwiseBounds.at;

import org.gabor.graph.Update;

/** Error bounds of updates: like the values, they change in place. Called before the values change. */
final class UpdateBounds {
    private UpdateBounds() {}

    static double[] of(Update op, Operands v, Operands e) {
        double[] target = e.in(0);
        switch (op) {
            case Update.PackSlab p -> Updates.of(p, e);
            case Update.FiniteGuard _ -> {}
            case Update.SlabUpdate s -> {
                if (Updates.open(v.in(4))) for (Update.Group g : s.groups()) update(s.rule(), g, v, e);
            }
            case Update.RunningUpdate r -> {
                if (Updates.open(v.in(2))) running(r, v, e);
            }
            case Update.Accumulate _ -> {
                if (Updates.open(v.in(2))) target[0] = at(v, e, 0, 0).plus(at(v, e, 1, 0)).error();
            }
        }
        return target;
    }

    private static void update(Update.Rule rule, Update.Group group, Operands v, Operands e) {
        switch (rule) {
            case Update.Rule.Sgd sgd -> sgd(sgd, group, v, e);
        }
    }

    private static void sgd(Update.Rule.Sgd sgd, Update.Group group, Operands v, Operands e) {
        Approx decay = Approx.rounded(group.weightDecay()), momentum = Approx.rounded(sgd.momentum());
        for (int i = group.begin(); i < group.end(); i++) {
            Approx w = at(v, e, 0, i), step = at(v, e, 1, i).plus(decay.times(w));
            if (sgd.momentum() != 0) {
                Approx velocity = momentum.times(at(v, e, Update.SlabUpdate.FIRST_STATE, i)).plus(step);
                e.in(Update.SlabUpdate.FIRST_STATE)[i] = velocity.error();
                step = sgd.nesterov() ? step.plus(momentum.times(velocity)) : velocity;
            }
            e.in(0)[i] = w.minus(at(v, e, 2, 0).times(step)).error();
        }
    }

    private static void running(Update.RunningUpdate op, Operands v, Operands e) {
        // 1 - momentum and momentum count / (count - 1) are two roundings each if they are computed in floats
        Approx keep = Approx.exact(1).minus(Approx.rounded(op.momentum()));
        Approx take = Approx.rounded(op.momentum());
        Approx unbiased = take.times(Approx.rounded(op.count() / (op.count() - 1.0)));
        double[] target = e.in(0);
        for (int i = 0; i < target.length; i++) {
            Approx share = (i >= target.length / 2 ? unbiased : take).times(at(v, e, 1, i));
            target[i] = keep.times(at(v, e, 0, i)).plus(share).error();
        }
    }
}
