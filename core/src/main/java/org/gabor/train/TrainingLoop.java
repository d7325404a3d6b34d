package org.gabor.train;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.gabor.DeviceMemoryException;
import org.gabor.DivergedException;
import org.gabor.compile.Compiler;
import org.gabor.data.Dataset;
import org.gabor.data.Loader;
import org.gabor.io.Json;
import org.gabor.io.Safetensors;
import org.gabor.optim.Schedule;
import org.gabor.optim.Slab;
import org.gabor.random.Permutation;
import org.gabor.spi.Backend;
import org.gabor.spi.Closing;
import org.gabor.spi.Executable;
import org.gabor.train.TrainingRun.Ending;

/**
 * One training from first to last step. The host feeds batches and reads totals and guard now and then; everything
 * else is in the compiled step.
 *
 * <p>
 * Where a training is follows from two things: the number of steps made, and the figures of the epochs that are over.
 * Random numbers are functions of seed, epoch and step, so these two and the tensors are all that a checkpoint holds.
 */
final class TrainingLoop implements TrainingListener.Snapshot, AutoCloseable {
    private static final long PROGRESS_NANOS = 200_000_000;
    private static final double MIB = 1 << 20;

    private final Trainer setup;
    private final Device device;
    private final Dataset train;
    private final Optional<Dataset> held;
    private final Optional<Monitor> monitor;
    private final int batch;
    private final int epochSteps;
    private final Scaling scaling;
    private final Map<String, Object> config;
    private final Parameters parameters;
    private final Slab slab;
    private final Executable step;
    private final Optional<Evaluator> evaluator;
    private final Map<String, String> algorithms;
    private final StepInputs numbers;
    private final Feeding feeding;
    private volatile Order order = new Order(0, Permutation.of(0, 0, 1));

    private final List<AutoCloseable> owned = new ArrayList<>();
    private final List<EpochMetrics> history = new ArrayList<>();
    private Optional<TrainedModel> best = Optional.empty();
    private long steps;

    private long began;
    private double before;
    private long saved;
    private long savedSteps;
    private long waited;

    TrainingLoop(Trainer setup, Device device, Dataset train, Optional<Dataset> held) {
        this.setup = setup;
        this.device = device;
        this.train = train;
        this.held = held.map(h -> limited(setup, h));
        this.monitor = setup.monitorFor(held);
        this.batch = setup.batchFor(train);
        this.epochSteps = setup.limit(train.size() / batch);
        Preprocessing.Fitted input = setup.inputFor(train);
        this.scaling = input.scaling();
        this.config = setup.describe(train, held, scaling);
        setup.continuation().ifPresent(c -> c.checkFits(setup.model(), config));
        Backend backend = device.backend();
        backend.repeat(setup.continuation().map(Continuation::algorithms).orElse(Map.of()));
        try {
            this.feeding = owned(Feeding.of(backend, train, epochSteps, () -> new Loader(train, batch, this::image,
                    setup.continuation().map(Continuation::step).orElse(0L), (long) setup.epochs() * epochSteps,
                    setup.workers())), Feeding::close);
            TrainingGraph graph = graph(batch);
            this.slab = graph.slab();
            this.parameters = owned(Parameters.forTraining(backend, graph), Parameters::close);
            Compiled compiled = owned(compiled(backend, graph), Compiled::close);
            this.step = compiled.step;
            this.evaluator = compiled.evaluator;
            this.algorithms = new TreeMap<>(step.algorithms());
            evaluator.map(Evaluator::algorithms).ifPresent(algorithms::putAll);
            this.numbers = new StepInputs(step.inputs(), setup.seed());
            if (setup.continuation().isEmpty()) parameters.initialise(setup.seed(), input.tensors());
        } catch (RuntimeException e) {
            throw Closing.after(e, owned);
        }
    }

    /** Something that is closed with the training. */
    private <T> T owned(T resource, Consumer<T> close) {
        owned.addFirst(() -> close.accept(resource));
        return resource;
    }

    private TrainingGraph graph(int images) {
        return TrainingGraph.of(setup.model(), scaling, setup.rule(), images, setup.limitsFor(train), feeding.samples(images));
    }

    /** What runs on the device. */
    private record Compiled(Executable step, Optional<Evaluator> evaluator) implements AutoCloseable {
        @Override
        public void close() {
            var both = new ArrayList<AutoCloseable>(List.of(step));
            evaluator.ifPresent(both::add);
            Closing.all(both);
        }
    }

    private Compiled compiled(Backend backend, TrainingGraph graph) {
        try {
            return compile(backend, graph);
        } catch (DeviceMemoryException e) {
            throw LargestBatch.explain(e, backend, batch, images -> compile(backend, graph(images)).close());
        }
    }

    private Compiled compile(Backend backend, TrainingGraph graph) {
        var bindings = new HashMap<>(parameters.bindings());
        bindings.putAll(feeding.bindings());
        Executable made = backend.compile(Compiler.plan(graph.graph(), backend.rules()), bindings);
        try {
            return new Compiled(made, held.map(_ -> new Evaluator(backend, setup.model(), scaling, setup.rule().criterion(),
                    parameters, TrainingRun.EVALUATION_BATCH)));
        } catch (RuntimeException e) {
            throw Closing.after(e, List.of(made));
        }
    }

    private static Dataset limited(Trainer setup, Dataset held) {
        int batches = Math.ceilDiv(held.size(), TrainingRun.EVALUATION_BATCH), limit = setup.limit(batches);
        return limit == batches ? held
                : held.subset(IntStream.range(0, limit * TrainingRun.EVALUATION_BATCH).toArray());
    }

    TrainingRun run() {
        setup.continuation().ifPresent(this::restore);
        began = System.nanoTime();
        saved = began;
        long weights = slab.slots().values().stream().mapToLong(s -> s.shape().size()).sum();
        var start = new TrainingListener.Start(config, train.size(), held.map(Dataset::size).orElse(0), weights,
                setup.epochs(), epochSteps, steps, algorithms, changes());
        tell(l -> l.started(start));
        if (steps == 0) save();
        Ending ending = epochs();
        var run = new TrainingRun(device, best.orElseGet(this::evaluated), resumable(), List.copyOf(history), ending);
        tell(l -> l.ended(run));
        return run;
    }

    private List<String> changes() {
        return setup.continuation().filter(_ -> device.options().deterministic()).map(c -> c.changes(algorithms))
                .orElse(List.of());
    }

    private void restore(Continuation from) {
        parameters.copyInState(from.last().tensors());
        history.addAll(from.history());
        best = bestEpoch().isEmpty() ? Optional.empty() : from.best();
        steps = from.step();
        savedSteps = steps;
        before = from.seconds();
    }

    private Ending epochs() {
        while (true) {
            if (isPatienceOver()) return Ending.NO_BETTER;
            if (history.size() >= setup.epochs()) return Ending.COMPLETE;
            int epoch = history.size() + 1;
            Optional<Ending> early = epoch(epoch);
            if (early.isPresent()) {
                if (savedSteps < steps) save();
                return early.get();
            }
            tell(l -> l.epochDone(history.getLast(), this));
            save();
        }
    }

    private boolean isPatienceOver() {
        if (setup.patience() == 0 || history.isEmpty()) return false;
        int sinceBest = 0;
        while (!history.get(history.size() - 1 - sinceBest).best()) sinceBest++;
        return sinceBest >= setup.patience();
    }

    /** Makes the steps of an epoch that are not yet made, and evaluates; returns why, if it ended before that. */
    private Optional<Ending> epoch(int epoch) {
        int first = Math.toIntExact(steps - (long) (epoch - 1) * epochSteps);
        if (first == 0) {
            parameters.get(Parameters.TOTAL_LOSS).set(0f);
            parameters.get(Parameters.TOTAL_HITS).set(0f);
        }
        var clock = clock(steps);
        numbers.epoch(epoch);
        waited = 0;
        long start = System.nanoTime(), shown = start;
        long maxNanos = nanos(setup.maxTime()), saveNanos = nanos(setup.saveEvery());
        for (int s = first; s < epochSteps; s++) {
            if (setup.isStopWanted()) return Optional.of(Ending.INTERRUPTED);
            if (System.nanoTime() - began >= maxNanos) return Optional.of(Ending.OUT_OF_TIME);
            if (setup.isDiagnosed() && s + 1 == epochSteps) diagnosedStep(epoch, clock);
            else step(clock);
            long now = System.nanoTime();
            if (now - shown > PROGRESS_NANOS) {
                shown = now;
                progress(epoch, first, s + 1, now - start);
            }
            if (s + 1 < epochSteps && now - saved >= saveNanos) save();
        }
        checkFinite();
        finish(epoch, epochSteps - first, (System.nanoTime() - start) / 1e9);
        return Optional.empty();
    }

    /** As far as a long goes, which is 292 years. */
    private static long nanos(Duration time) {
        return time.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0 ? Long.MAX_VALUE : time.toNanos();
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

    /** It allocates nothing. */
    private void step(Schedule.Clock clock) {
        long start = System.nanoTime();
        feeding.feed(step.inputs());
        numbers.step(learningRate(clock), steps);
        waited += System.nanoTime() - start;
        step.run();
        steps++;
        clock.advance();
    }

    private void diagnosedStep(int epoch, Schedule.Clock clock) {
        float[] before = parameters.get(Parameters.WEIGHTS).floats();
        step(clock);
        checkFinite();
        var all = Diagnosis.of(slab, before, parameters.get(Parameters.GRADIENTS).floats(),
                parameters.get(Parameters.WEIGHTS).floats());
        tell(l -> l.diagnosed(epoch, steps, all));
    }

    private double learningRate(long atStep) { return learningRate(clock(atStep)); }

    private double learningRate(Schedule.Clock clock) {
        return setup.rule().optimizer().learningRate() * setup.schedule().factor(clock);
    }

    private Schedule.Clock clock(long atStep) {
        var losses = history.stream().map(m -> Double.isNaN(m.valLoss()) ? m.trainLoss() : m.valLoss()).toList();
        return new Schedule.Clock(atStep, (long) setup.epochs() * epochSteps, epochSteps, losses);
    }

    /** Evaluates, and notes what the epoch came to; the rate of images is that of the steps made here. */
    private void finish(int epoch, int made, double seconds) {
        double loss = total(Parameters.TOTAL_LOSS) / epochSteps,
                acc1 = total(Parameters.TOTAL_HITS) / ((double) epochSteps * batch);
        Optional<Evaluation> val = evaluator.map(e -> e.run(held.orElseThrow()));
        var m = new EpochMetrics(epoch, steps, before + (System.nanoTime() - began) / 1e9, learningRate(steps - 1), loss,
                acc1, val.map(Evaluation::loss).orElse(Double.NaN), val.map(Evaluation::top1).orElse(Double.NaN),
                val.map(Evaluation::top5).orElse(Double.NaN), made == 0 ? Double.NaN : made * (double) batch / seconds,
                made == 0 ? Double.NaN : waited / 1e9 / seconds, device.backend().live().bytes() / MIB, false);
        boolean isBest = bestEpoch().isEmpty() || monitor.isEmpty() || monitor.get().prefers(m, bestEpoch().get());
        history.add(isBest ? m.asBest() : m);
        if (isBest) best = Optional.of(evaluated());
    }

    private Optional<EpochMetrics> bestEpoch() {
        return history.stream().filter(EpochMetrics::best).reduce((_, later) -> later);
    }

    /** Asks the listeners to save, unless the step was not finite: the last checkpoint is then the better one. */
    private void save() {
        checkFinite();
        tell(l -> l.checkpoint(this));
        saved = System.nanoTime();
        savedSteps = steps;
    }

    private void progress(int epoch, int first, int done, long nanos) {
        checkFinite();
        double seconds = nanos / 1e9;
        var p = new TrainingListener.Progress(epoch, setup.epochs(), done, epochSteps,
                total(Parameters.TOTAL_LOSS) / done, total(Parameters.TOTAL_HITS) / ((double) done * batch),
                (done - first) * (double) batch / seconds, waited / 1e9 / seconds);
        tell(l -> l.progress(p));
    }

    /** The guard in the step has kept the weights from before the first bad step. */
    private void checkFinite() {
        int[] guard = parameters.get(Parameters.GUARD).ints();
        if (guard[0] != 0)
            throw new DivergedException("training diverged: the loss or a gradient was not a finite number at step "
                    + guard[1] + " (epoch " + (guard[1] / epochSteps + 1) + "); the weights from before that step are kept. "
                    + "Try a smaller learning rate (it was " + learningRate(guard[1]) + ") or a warm-up");
    }

    @Override
    public TrainedModel evaluated() { return model(parameters.copyOut(), Map.of()); }

    @Override
    public TrainedModel resumable() {
        var epochs = history.stream().map(EpochMetrics::reproducible).toList();
        var more = new HashMap<>(Map.of(Continuation.HISTORY, Json.of(epochs).text()));
        if (device.options().deterministic() && !algorithms.isEmpty())
            more.put(Continuation.ALGORITHMS, Json.of(algorithms).text());
        return model(parameters.copyOutState(), more);
    }

    private TrainedModel model(Map<String, Safetensors.Data> tensors, Map<String, String> more) {
        var info = new HashMap<>(more);
        info.put(Continuation.CONFIG, Json.of(config).text());
        info.put(Continuation.STEP, Long.toString(steps));
        return new TrainedModel(setup.model(), train.classes(), scaling, setup.rule().criterion(), tensors, info);
    }

    private void tell(Consumer<TrainingListener> news) { setup.listeners().forEach(news); }

    private double total(String name) { return parameters.get(name).scalar(); }

    @Override
    public void close() { Closing.all(owned); }
}
