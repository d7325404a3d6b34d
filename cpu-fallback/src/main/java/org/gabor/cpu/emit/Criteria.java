package org.gabor.cpu.emit;

import org.gabor.graph.Criterion;
import org.gabor.graph.Criterion.BinaryCrossEntropy;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Criterion.MultiMargin;
import org.gabor.graph.Criterion.SquaredError;

/** The loss of one sample and its gradient, in double precision. A label that is neither a class nor ignored gives NaN. */
final class Criteria {
    private Criteria() {}

    static double loss(Criterion criterion, Scores x, int label) {
        if (ignored(criterion, label)) return 0;
        if (label < 0 || label >= x.count()) return Double.NaN;
        return switch (criterion) {
            case CrossEntropy e -> crossEntropy(e, x, label);
            case MultiMargin m -> {
                double sum = 0;
                for (int i = 0; i < x.count(); i++) if (i != label) sum += power(violation(m, x, label, i), m.power());
                yield sum / x.count();
            }
            case SquaredError _ -> {
                double sum = 0;
                for (int i = 0; i < x.count(); i++) sum += power(x.get(i) - (i == label ? 1.0 : 0), 2);
                yield sum / x.count();
            }
            case BinaryCrossEntropy _ -> {
                double sum = 0;
                for (int i = 0; i < x.count(); i++) {
                    double score = i == label ? -x.get(i) : x.get(i);
                    sum += Math.max(score, 0) + Transcendental.log1p(Transcendental.exp(-Math.abs(score)));
                }
                yield sum / x.count();
            }
        };
    }

    /** dx = dy times the derivative. */
    static void gradient(Criterion criterion, Scores x, int label, double dy, Scores dx) {
        if (ignored(criterion, label)) dx.fill(0);
        else if (label < 0 || label >= x.count()) dx.fill(Double.NaN);
        else switch (criterion) {
            case CrossEntropy e -> crossEntropyGradient(e, x, label, dy, dx);
            case MultiMargin m -> multiMarginGradient(m, x, label, dy / x.count(), dx);
            case SquaredError _ -> {
                for (int i = 0; i < x.count(); i++) dx.set(i, 2 * (x.get(i) - (i == label ? 1.0 : 0)) * dy / x.count());
            }
            case BinaryCrossEntropy _ -> {
                for (int i = 0; i < x.count(); i++) {
                    double s = i == label ? -Transcendental.sigmoid(-x.get(i)) : Transcendental.sigmoid(x.get(i));
                    dx.set(i, s * dy / x.count());
                }
            }
        }
    }

    private static boolean ignored(Criterion criterion, int label) {
        return criterion instanceof CrossEntropy e && e.ignore().isPresent() && e.ignore().getAsInt() == label;
    }

    private static double weight(CrossEntropy e, int i) { return e.weights().isEmpty() ? 1 : e.weights().get(i); }

    private static double crossEntropy(CrossEntropy e, Scores x, int label) {
        double largest = x.largest(), log = Transcendental.log(x.sumOfExponentials(largest));
        double loss = (1 - e.smoothing()) * weight(e, label) * (log + (largest - x.get(label)));
        if (e.smoothing() == 0) return loss;
        double all = 0;
        for (int i = 0; i < x.count(); i++) all += weight(e, i) * (log + (largest - x.get(i)));
        return loss + e.smoothing() / x.count() * all;
    }

    /** p times the weight of all targets, minus the target's own. */
    private static void crossEntropyGradient(CrossEntropy e, Scores x, int label, double dy, Scores dx) {
        double largest = x.largest(), sum = x.sumOfExponentials(largest);
        double hit = (1 - e.smoothing()) * weight(e, label), share = e.smoothing() / x.count(), all = hit;
        for (int i = 0; i < x.count(); i++) all += share * weight(e, i);
        for (int i = 0; i < x.count(); i++) {
            double p = Transcendental.exp(x.get(i) - largest) / sum;
            dx.set(i, (all * p - share * weight(e, i) - (i == label ? hit : 0)) * dy);
        }
    }

    private static double violation(MultiMargin m, Scores x, int label, int i) {
        return Math.max(0, m.margin() - x.get(label) + x.get(i));
    }

    private static void multiMarginGradient(MultiMargin m, Scores x, int label, double dy, Scores dx) {
        double sum = 0;
        for (int i = 0; i < x.count(); i++) {
            double z = violation(m, x, label, i);
            double slope = i == label || !(z > 0) ? 0 : m.power() == 1 ? 1 : 2 * z;
            sum += slope;
            if (i != label) dx.set(i, slope * dy);
        }
        dx.set(label, -sum * dy);
    }

    private static double power(double x, int n) { return n == 1 ? x : x * x; }
}
