package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Rows;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Loss;

/** Softmax, losses and scores in Java, in double precision. */
final class RowsKernel implements Kernel {
    private static final int SAMPLES = 16;

    private final Rows rows;

    RowsKernel(Rows rows) {
        this.rows = rows;
    }

    @Override
    public int blocks() { return Math.ceilDiv(rows.samples(), SAMPLES); }

    @Override
    public void run(Scratch scratch, int block) {
        long step = 4L * rows.plane();
        Scores x = scratch.scores[0].of(rows.c(), step), dy = scratch.scores[1].of(rows.c(), step);
        Scores y = scratch.scores[2].of(rows.c(), step);
        int end = Math.min(rows.samples(), (block + 1) * SAMPLES);
        for (int i = block * SAMPLES; i < end; i++) {
            long one = 4L * i, many = 4L * (i / rows.plane() * (long) rows.c() * rows.plane() + i % rows.plane());
            x.at(rows.x() + many);
            y.at(rows.result() + many);
            dy.at(rows.dy() + many);
            long value = rows.result() + one;
            switch (rows.f()) {
                case Loss.Softmax _ -> softmax(x, y);
                case Loss.SoftmaxGrad _ -> softmaxGradient(x, dy, y);
                case Loss.LogSoftmax _ -> logSoftmax(x, y);
                case Loss.LogSoftmaxGrad _ -> logSoftmaxGradient(x, dy, y);
                case Loss.SampleLoss s -> Memory.f32(value, (float) Criteria.loss(s.criterion(), x, label(i)));
                case Loss.SampleLossGrad s ->
                        Criteria.gradient(s.criterion(), x, label(i), Memory.f32(rows.dy() + one), y);
                case Loss.SampleWeight s -> Memory.f32(value, (float) weight(s.criterion(), label(i)));
                case Loss.InTopK top -> Memory.f32(value, inTopK(x, label(i), top.k()) ? 1 : 0);
                case Loss.Sum _,Loss.Expand _ -> throw new IllegalStateException(rows.f() + " is no function of samples");
            }
        }
    }

    private int label(int sample) { return Memory.i32(rows.labels() + 4L * sample); }

    private static void softmax(Scores x, Scores y) {
        double largest = x.largest(), sum = x.sumOfExponentials(largest);
        for (int i = 0; i < x.count(); i++) y.set(i, Transcendental.exp(x.get(i) - largest) / sum);
    }

    private static void softmaxGradient(Scores y, Scores dy, Scores dx) {
        double dot = y.dot(dy);
        for (int i = 0; i < y.count(); i++) dx.set(i, y.get(i) * (dy.get(i) - dot));
    }

    private static void logSoftmax(Scores x, Scores y) {
        double largest = x.largest(), log = Transcendental.log(x.sumOfExponentials(largest));
        for (int i = 0; i < x.count(); i++) y.set(i, x.get(i) - largest - log);
    }

    private static void logSoftmaxGradient(Scores y, Scores dy, Scores dx) {
        double sum = dy.sum();
        for (int i = 0; i < y.count(); i++) dx.set(i, dy.get(i) - Transcendental.exp(y.get(i)) * sum);
    }

    private static double weight(CrossEntropy e, int label) {
        if (e.ignore().isPresent() && e.ignore().getAsInt() == label) return 0;
        if (e.weights().isEmpty()) return 1;
        return label < 0 || label >= e.weights().size() ? Double.NaN : e.weights().get(label);
    }

    /** A NaN counts as larger than any number. */
    private static boolean inTopK(Scores x, int label, int k) {
        if (label < 0 || label >= x.count()) return false;
        float score = x.get(label);
        int before = 0;
        for (int i = 0; i < x.count(); i++) {
            float other = x.get(i);
            if (i != label && (!(other <= score) || (other == score && i < label))) before++;
        }
        return before < k;
    }
}
