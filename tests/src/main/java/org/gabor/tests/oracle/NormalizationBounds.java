package org.gabor.tests.oracle;

import static org.gabor.tests.oracle.PointwiseBounds.at;
import static org.gabor.tests.oracle.PointwiseBounds.each;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gabor.graph.Normalization;
import org.gabor.graph.Shape;

/**
 * Error bounds of normalisations. In batch normalisation a backend
 * may compute gamma (x - mean) inv + beta as it stands or folded into
 * a x + b with a = gamma inv, b = beta - a mean; the folded form rounds more, so the bounds are its.
 */
final class NormalizationBounds {
    private NormalizationBounds() {}

    static double[] of(Normalization op, Operands v, Operands e) {
        Shape s = v.shape(0);
        return switch (op) {
            case Normalization.BnStats _ -> statistics(v, e);
            case Normalization.BatchNorm n -> each(v, i -> {
                int c = Operands.channel(s, i);
                Approx a = at(v, e, 2, c).times(inverse(v, e, c, n.eps()));
                return a.times(at(v, e, 0, i)).plus(at(v, e, 3, c).minus(a.times(at(v, e, 1, c))));
            });
            case Normalization.BnGradSums n -> sums(n, v, e);
            case Normalization.BnGradX n -> each(v, i -> {
                int c = Operands.channel(s, i);
                Approx a = at(v, e, 2, c).times(inverse(v, e, c, n.eps())), dy = at(v, e, 3, i);
                if (!n.batch()) return a.times(dy);
                Approx perSample = Approx.rounded(1.0 / (s.n() * s.plane()));
                Approx through = at(v, e, 4, c).plus(xhat(v, e, i, n.eps()).times(at(v, e, 4, s.c() + c)));
                return a.times(dy.minus(through.times(perSample)));
            });
            case Normalization.Lrn n -> each(v, i -> at(v, e, 0, i).times(divisor(n, v, e, i).power(-n.beta())));
            case Normalization.LrnGrad n -> localGradient(n.of(), v, e);
        };
    }

    private static Approx inverse(Operands v, Operands e, int c, double eps) {
        return at(v, e, 1, v.shape(0).c() + c).plus(Approx.rounded(eps)).inverseRoot();
    }

    private static Approx xhat(Operands v, Operands e, int i, double eps) {
        int c = Operands.channel(v.shape(0), i);
        Approx inverse = inverse(v, e, c, eps);
        return inverse.times(at(v, e, 0, i)).minus(inverse.times(at(v, e, 1, c)));
    }

    /**
     * With m values a channel: the mean is a sum of m terms and a product, off by ex on average and (m + 2) u mean |x|.
     * The variance of x + d, |d| at most ex, differs from that of x by mean(2 |x - mean| t + t^2), t = ex + mean ex. Of the
     * mean's own rounding error r only r^2 remains, because the deviations sum to 0. The subtraction rounds once (w),
     * the sum of squares m + 3 times. A variance from the mean of squares would not pass: it loses u mean x^2.
     */
    private static double[] statistics(Operands v, Operands e) {
        Shape s = v.shape(0);
        int channels = s.c();
        double m = (double) s.n() * s.plane(), u = Approx.U;
        double[] x = v.in(0), ex = e.in(0), stats = Normalizations.of(new Normalization.BnStats(), v);
        double[] meanError = new double[channels], meanSize = new double[channels], bound = new double[2 * channels];
        for (int i = 0; i < x.length; i++) {
            int c = Operands.channel(s, i);
            meanError[c] += ex[i] / m;
            meanSize[c] += (Math.abs(x[i]) + ex[i]) / m;
        }
        double[] rounding = new double[channels];
        for (int c = 0; c < channels; c++) {
            rounding[c] = (m + 2) * u * meanSize[c];
            bound[c] = meanError[c] + rounding[c];
            bound[channels + c] = rounding[c] * rounding[c];
        }
        for (int i = 0; i < x.length; i++) {
            int c = Operands.channel(s, i);
            double d = Math.abs(x[i] - stats[c]), t = ex[i] + meanError[c], r = rounding[c];
            double w = u * (d + t + r), computed = d + t + r + w;
            bound[channels + c] += (2 * d * t + t * t + 2 * (d + t + r) * w + w * w
                    + (m + 3) * u * computed * computed) / m;
        }
        return bound;
    }

    private static double[] sums(Normalization.BnGradSums op, Operands v, Operands e) {
        Shape s = v.shape(0);
        double m = (double) s.n() * s.plane();
        double[] bound = new double[2 * s.c()];
        for (int i = 0; i < v.in(0).length; i++) {
            int c = Operands.channel(s, i);
            Approx dy = at(v, e, 2, i), product = dy.times(xhat(v, e, i, op.eps()));
            bound[c] += dy.error() + (m + 2) * Approx.U * dy.magnitude();
            bound[s.c() + c] += product.error() + (m + 2) * Approx.U * product.magnitude();
        }
        return bound;
    }

    /** k + alpha / size times the sum of the squares in the window. */
    private static Approx divisor(Normalization.Lrn op, Operands v, Operands e, int i) {
        var squares = Arrays.stream(Normalizations.neighbours(op, v.shape(0), i))
                .mapToObj(j -> at(v, e, 0, j).times(at(v, e, 0, j))).toArray(Approx[]::new);
        return Approx.rounded(op.k()).plus(Approx.rounded(op.alpha() / op.size()).times(Approx.sum(squares)));
    }

    private static double[] localGradient(Normalization.Lrn op, Operands v, Operands e) {
        var through = new ArrayList<List<Approx>>();
        for (int i = 0; i < v.in(0).length; i++) through.add(new ArrayList<>());
        for (int j = 0; j < v.in(0).length; j++) {
            Approx term = at(v, e, 1, j).times(at(v, e, 0, j)).times(divisor(op, v, e, j).power(-op.beta() - 1));
            for (int i : Normalizations.neighbours(op, v.shape(0), j)) through.get(i).add(term);
        }
        Approx factor = Approx.rounded(2 * op.alpha() * op.beta() / op.size());
        return each(v, i -> {
            Approx sum = Approx.sum(through.get(i).toArray(new Approx[0]));
            Approx direct = at(v, e, 1, i).times(divisor(op, v, e, i).power(-op.beta()));
            return direct.minus(factor.times(at(v, e, 0, i)).times(sum));
        });
    }
}
