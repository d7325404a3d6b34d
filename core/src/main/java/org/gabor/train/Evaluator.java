package org.gabor.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.compile.Compiler;
import org.gabor.data.Dataset;
import org.gabor.data.Loader;
import org.gabor.graph.Criterion;
import org.gabor.nn.ModelSpec;
import org.gabor.spi.Backend;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;

/** Runs a model over data sets. Its last batch is filled up with images that do not count. */
final class Evaluator implements AutoCloseable {
    private final ModelSpec model;
    private final int batch;
    private final Executable executable;

    Evaluator(Backend backend, ModelSpec model, Scaling scaling, Criterion criterion, Parameters parameters,
            int batch) {
        this.model = model;
        this.batch = batch;
        var graph = InferenceGraph.evaluation(model, scaling, criterion, batch).graph();
        this.executable = backend.compile(Compiler.plan(graph, backend.rules()), parameters.averaged());
    }

    /** See {@link Executable#algorithms}. */
    Map<String, String> algorithms() { return executable.algorithms(); }

    /** Sums are taken in double, in the order of the data set. */
    Evaluation run(Dataset data) {
        model.checkFits(data);
        var sums = new Sums(model.classes());
        int last = data.size() - 1, count = Math.ceilDiv(data.size(), batch);
        try (var loader =
                new Loader(data, batch, place -> (int) Math.min(place, last), 0, count, Loader.usualWorkers())) {
            for (int from = 0; from < data.size(); from += batch) {
                Loader.Batch images = loader.next();
                StepInputs.feed(images, executable.inputs());
                executable.run();
                sums.add(executable, images.labels(), Math.min(batch, data.size() - from));
            }
        }
        return sums.evaluation();
    }

    /** What has been seen so far. */
    private static final class Sums {
        private final int[][] confusion;
        private double loss;
        private double weight;
        private int images;
        private int top1;
        private int top5;

        Sums(int classes) {
            confusion = new int[classes][classes];
        }

        void add(Executable e, int[] labels, int count) {
            float[] losses = Objects.requireNonNull(e.outputs().get("loss")).floats();
            Tensor weights = e.outputs().get("weight");
            float[] weighted = weights == null ? new float[0] : weights.floats();
            float[] scores = Objects.requireNonNull(e.outputs().get("scores")).floats();
            int classes = confusion.length;
            for (int i = 0; i < count; i++) {
                int label = labels[i], first = i * classes;
                int rank = rank(scores, first, classes, label);
                loss += losses[i];
                weight += weights == null ? 1 : weighted[i];
                if (rank < 1) top1++;
                if (rank < 5) top5++;
                confusion[label][best(scores, first, classes)]++;
            }
            images += count;
        }

        Evaluation evaluation() {
            return new Evaluation(images, loss / weight, (double) top1 / images, (double) top5 / images, boxed(confusion));
        }
    }

    /**
     * Classes that come before the label: a higher score, or the same score and a lower number. NaN counts as higher.
     */
    private static int rank(float[] scores, int first, int classes, int label) {
        float own = scores[first + label];
        int rank = 0;
        for (int c = 0; c < classes; c++) {
            float other = scores[first + c];
            if (c != label && (!(other <= own) || (other == own && c < label))) rank++;
        }
        return rank;
    }

    private static int best(float[] scores, int first, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) if (scores[first + c] > scores[first + best]) best = c;
        return best;
    }

    private static List<List<Integer>> boxed(int[][] counts) {
        var rows = new ArrayList<List<Integer>>();
        for (int[] row : counts) rows.add(Arrays.stream(row).boxed().toList());
        return rows;
    }

    @Override
    public void close() { executable.close(); }
}
