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
            case Update.ClipNorm c -> {
                if (Updates.open(v.in(1))) scaled(c, v, e);
            }
            case Update.ClipValue c -> {
                if (Updates.open(v.in(1)))
                    for (int i = 0; i < target.length; i++)
                        if (Math.abs(v.in(0)[i]) + target[i] >= c.limit())
                            target[i] = Math.max(target[i], Approx.rounded(c.limit()).error());
            }
            case Update.SlabUpdate s -> {
                if (Updates.open(v.in(4))) for (Update.Group g : s.groups()) UpdateRuleBounds.apply(s.rule(), g, v, e);
            }
            case Update.RunningUpdate r -> {
                if (Updates.open(v.in(2))) running(r, v, e);
            }
            case Update.Accumulate _ -> {
                if (Updates.open(v.in(2))) target[0] = at(v, e, 0, 0).plus(at(v, e, 1, 0)).error();
            }
            case Update.MovingAverage m -> {
                Approx decay = Approx.rounded(m.decay()), take = Approx.exact(1).minus(decay);
                if (Updates.open(v.in(2)))
                    for (int i = 0; i < target.length; i++)
                        target[i] = decay.times(at(v, e, 0, i)).plus(take.times(at(v, e, 1, i))).error();
            }
        }
        return target;
    }

    /** The norm moves by no more than the norm of the errors; its square is a sum of K squares. */
    private static void scaled(Update.ClipNorm op, Operands v, Operands e) {
        double norm = Updates.norm(v.in(0)), passed = Updates.norm(e.in(0)), most = norm + passed;
        var computed = new Approx(norm, passed + (v.in(0).length + 4) * Approx.U / 2 * most);
        Approx factor = Approx.rounded(op.limit()).over(computed.plus(Approx.rounded(1e-6)));
        Approx kept = factor.value() - factor.error() > 1 ? Approx.exact(1)
                : new Approx(Math.min(1, factor.value()), factor.error());
        for (int i = 0; i < v.in(0).length; i++) e.in(0)[i] = at(v, e, 0, i).times(kept).error();
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
