package org.gabor.cli;

import java.util.ArrayList;
import java.util.Map;
import java.util.function.LongConsumer;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.nn.ModelSpec;
import org.gabor.random.Stream;
import org.gabor.spi.Backend;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.gabor.train.InferenceGraph;
import org.gabor.train.LearningRule;
import org.gabor.train.Parameters;
import org.gabor.train.Scaling;
import org.gabor.train.TrainingGraph;

/**
 * A compiled step, training or inference, that is run again and again on one batch of random pixels. Copying a batch into
 * the device is no part of a step.
 */
final class BenchRun implements AutoCloseable {
    /** Small, so that random labels do not drive the weights to where arithmetic is slower. */
    private static final float LEARNING_RATE = 1e-4f;
    private static final int PROFILES = 10;

    private final String name;
    private final int batch;
    private final Plan plan;
    private final Parameters parameters;
    private final Executable step;

    private BenchRun(String name, int batch, Plan plan, Parameters parameters, Backend backend) {
        this.name = name;
        this.batch = batch;
        this.plan = plan;
        this.parameters = parameters;
        this.step = backend.compile(plan, parameters.bindings());
        parameters.initialise(0);
    }

    /** A step of training: forward, loss, gradients, update. */
    static BenchRun training(Backend backend, ModelSpec model, LearningRule rule, int batch) {
        var graph = TrainingGraph.of(model, Scaling.unit(model.channels()), rule, batch);
        Plan plan = Compiler.plan(graph.graph(), backend.rules());
        return new BenchRun("training", batch, plan, Parameters.forTraining(backend, graph), backend).fed(model);
    }

    /** Pixels to probabilities. */
    static BenchRun inference(Backend backend, ModelSpec model, int batch) {
        var graph = InferenceGraph.prediction(model, Scaling.unit(model.channels()), batch);
        Plan plan = Compiler.plan(graph.graph(), backend.rules());
        return new BenchRun("inference", batch, plan, Parameters.forInference(backend, graph.declared()), backend).fed(model);
    }

    private BenchRun fed(ModelSpec model) {
        var random = new Stream(0, Stream.id("bench"), 0, 0);
        Map<String, Tensor> inputs = step.inputs();
        inputs.forEach((input, t) -> {
            int size = Math.toIntExact(t.type().shape().size());
            if (input.equals("images")) {
                var pixels = new byte[size];
                for (int i = 0; i < size; i++) pixels[i] = (byte) random.bits(i);
                t.set(pixels);
            } else if (input.equals("labels")) {
                var labels = new int[size];
                for (int i = 0; i < size; i++) labels[i] = random.below(i, model.classes());
                t.set(labels);
            } else if (input.equals("lr")) {
                t.set(LEARNING_RATE);
            }
        });
        return this;
    }

    String name() { return name; }

    int batch() { return batch; }

    Plan plan() { return plan; }

    /** Runs until there are {@code most} steps or {@code seconds} are over, at least once; tells when each is done. */
    StepTimes run(int most, double seconds, LongConsumer done) {
        var nanos = new ArrayList<Long>();
        long start = System.nanoTime(), before = start;
        do {
            step.run();
            long now = System.nanoTime();
            nanos.add(now - before);
            done.accept(nanos.size());
            before = System.nanoTime();
        } while (nanos.size() < most && before - start < seconds * 1e9);
        return new StepTimes(nanos.stream().mapToDouble(n -> n / 1e9).toArray());
    }

    /** Seconds of each step of the plan when they run one by one: the median of several runs. */
    double[] profile(double seconds) {
        var runs = new ArrayList<long[]>();
        long start = System.nanoTime();
        do {
            runs.add(step.profile());
        } while (runs.size() < PROFILES && System.nanoTime() - start < seconds * 1e9);
        var medians = new double[plan.steps().size()];
        for (int s = 0; s < medians.length; s++) {
            int at = s;
            medians[s] = StepTimes.median(runs.stream().mapToDouble(r -> r[at] / 1e9).toArray());
        }
        return medians;
    }

    @Override
    public void close() {
        step.close();
        parameters.close();
    }
}
