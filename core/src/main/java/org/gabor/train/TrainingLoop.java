package org.gabor.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.gabor.DivergedException;
import org.gabor.compile.Compiler;
import org.gabor.data.Dataset;
import org.gabor.data.Loader;
import org.gabor.io.Json;
import org.gabor.io.Safetensors;
import org.gabor.optim.Schedule;
import org.gabor.random.Permutation;
import org.gabor.spi.Backend;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;

/**
 * One training from first to last step. The host feeds batches and reads totals and guard now and then; everything
 * else is in the compiled step.
 */
final class TrainingLoop implements TrainingListener.Snapshot, AutoCloseable {
    private static final long PROGRESS_NANOS = 200_000_000;

    private final Trainer setup;
    private final Device device;
    private final Dataset train;
    private final Optional<Dataset> held;
    private final int batch;
    private final int epochSteps;
    private final Scaling scaling;
    private final Map<String, Object> config;
    private final Parameters parameters;
    private final Executable step;
    private final Optional<Evaluator> evaluator;
    private final Loader loader;
    private volatile Order order = new Order(0, Permutation.of(0, 0, 1));

    private final List<Double> monitored = new ArrayList<>();

    private long steps;
    private double lr;
    private long waited;

    TrainingLoop(Trainer setup, Device device, Dataset train, Optional<Dataset> held) {
        this.setup = setup;
        this.device = device;
        this.train = train;
        this.held = held;
        this.batch = setup.batchFor(train);
        this.epochSteps = train.size() / batch;
        Preprocessing.Fitted input = setup.inputFor(train);
        this.scaling = input.scaling();
        this.config = setup.describe(train, held, scaling);
        Backend backend = device.backend();
        var graph = TrainingGraph.of(setup.model(), scaling, setup.rule(), batch);
        this.parameters = Parameters.forTraining(backend, graph);
        this.step = backend.compile(Compiler.plan(graph.graph(), backend.rules()), parameters.bindings());
        this.evaluator =
                held.map(h -> new Evaluator(backend, setup.model(), scaling, setup.rule().criterion(), parameters,
                        TrainingRun.EVALUATION_BATCH));
        parameters.initialise(setup.seed(), input.tensors());
        long trained = graph.slab().slots().values().stream().mapToLong(s -> s.shape().size()).sum();
        setup.listeners().forEach(l -> l.started(config, train.size(), held.map(Dataset::size).orElse(0), trained));
        this.loader = new Loader(train, batch, this::image, steps, (long) setup.epochs() * epochSteps, setup.workers());
    }

    TrainingRun run() {
        long began = System.nanoTime();
        var history = new ArrayList<EpochMetrics>();
        Optional<EpochMetrics> best = Optional.empty();
        Optional<TrainedModel> bestModel = Optional.empty();
        for (int epoch = 1; epoch <= setup.epochs(); epoch++) {
            EpochMetrics m = epoch(epoch, began, best);
            history.add(m);
            monitored.add(Double.isNaN(m.valLoss()) ? m.trainLoss() : m.valLoss());
            if (m.best()) {
                best = Optional.of(m);
                bestModel = Optional.of(evaluated());
            }
            setup.listeners().forEach(l -> l.epochDone(m, this));
        }
        return new TrainingRun(device, bestModel.orElseThrow(), resumable(), List.copyOf(history));
    }

    private EpochMetrics epoch(int epoch, long began, Optional<EpochMetrics> best) {
        parameters.get(Parameters.TOTAL_LOSS).set(0f);
        parameters.get(Parameters.TOTAL_HITS).set(0f);
        waited = 0;
        long start = System.nanoTime(), shown = start;
        for (int s = 0; s < epochSteps; s++) {
            step(epoch);
            long now = System.nanoTime();
            if (now - shown > PROGRESS_NANOS) {
                shown = now;
                progress(epoch, s + 1, now - start);
            }
        }
        checkFinite();
        double seconds = (System.nanoTime() - start) / 1e9;
        double loss = total(Parameters.TOTAL_LOSS) / epochSteps,
                acc1 = total(Parameters.TOTAL_HITS) / ((double) epochSteps * batch);
        Optional<Evaluation> val = evaluator.map(e -> e.run(held.orElseThrow()));
        double valLoss = val.map(Evaluation::loss).orElse(Double.NaN),
                valAcc1 = val.map(Evaluation::top1).orElse(Double.NaN);
        boolean isBest = val.isEmpty() || best.isEmpty() || valAcc1 > best.get().valAcc1()
                || (valAcc1 == best.get().valAcc1() && valLoss < best.get().valLoss());
        return new EpochMetrics(epoch, steps, (System.nanoTime() - began) / 1e9, lr, loss, acc1, valLoss, valAcc1,
                val.map(Evaluation::top5).orElse(Double.NaN), (double) epochSteps * batch / seconds,
                waited / 1e9 / seconds, isBest);
    }

    /** The order of an epoch. */
    private record Order(int epoch, Permutation images) {}

    /**
     * The image at a place of the whole training: place (i mod m) of the order of epoch i / m + 1, with m images an epoch.
     */
    private int image(long place) {
        long images = (long) epochSteps * batch;
        int epoch = (int) (place / images) + 1;
        Order now = order;
        if (now.epoch != epoch) {
            now = new Order(epoch, Permutation.of(setup.seed(), epoch, train.size()));
            order = now; // threads that read ahead may make the same one twice
        }
        return now.images.at((int) (place % images));
    }

    private void step(int epoch) {
        long before = System.nanoTime();
        Loader.Batch images = loader.next();
        input("images").set(images.images());
        input("labels").set(images.labels());
        var clock = new Schedule.Clock(steps, (long) setup.epochs() * epochSteps, epochSteps, monitored);
        lr = setup.rule().optimizer().learningRate() * setup.schedule().factor(clock);
        input("lr").set((float) lr);
        input("step").set(Math.toIntExact(steps));
        feed("epoch", epoch);
        feed("seed", (int) setup.seed(), (int) (setup.seed() >>> 32));
        waited += System.nanoTime() - before;
        step.run();
        steps++;
    }

    private void progress(int epoch, int done, long nanos) {
        checkFinite();
        double seconds = nanos / 1e9;
        var p = new TrainingListener.Progress(epoch, setup.epochs(), done, epochSteps,
                total(Parameters.TOTAL_LOSS) / done,
                total(Parameters.TOTAL_HITS) / ((double) done * batch), done * (double) batch / seconds,
                waited / 1e9 / seconds);
        setup.listeners().forEach(l -> l.progress(p));
    }

    /** The guard in the step has kept the weights from before the first bad step. */
    private void checkFinite() {
        int[] guard = parameters.get(Parameters.GUARD).ints();
        if (guard[0] != 0)
            throw new DivergedException("training diverged: the loss or a gradient was not a finite number at step "
                    + guard[1]
                    + " (epoch " + (guard[1] / epochSteps + 1) + "); the weights from before that step are kept. "
                    + "Try a smaller learning rate (it was " + lr + ") or a warm-up");
    }

    @Override
    public TrainedModel evaluated() { return model(parameters.copyOut()); }

    @Override
    public TrainedModel resumable() { return model(parameters.copyOutState()); }

    private TrainedModel model(Map<String, Safetensors.Data> tensors) {
        var info = Map.of("config", Json.of(config).text(), "step", Long.toString(steps));
        return new TrainedModel(setup.model(), train.classes(), scaling, setup.rule().criterion(), tensors, info);
    }

    private double total(String name) { return parameters.get(name).scalar(); }

    /** Sets an input that only some networks have. */
    private void feed(String name, int... values) {
        Tensor input = step.inputs().get(name);
        if (input != null) input.set(values);
    }

    private Tensor input(String name) { return Objects.requireNonNull(step.inputs().get(name)); }

    @Override
    public void close() {
        loader.close();
        evaluator.ifPresent(Evaluator::close);
        step.close();
        parameters.close();
    }
}
