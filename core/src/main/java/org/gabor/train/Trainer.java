package org.gabor.train;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.gabor.UsageException;
import org.gabor.data.Augment;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.data.Loader;
import org.gabor.data.Split;
import org.gabor.graph.Criterion;
import org.gabor.graph.Distortion;
import org.gabor.nn.ModelSpec;
import org.gabor.optim.Optimizer;
import org.gabor.optim.Schedule;
import org.gabor.optim.Schedules;
import org.gabor.optim.Sgd;
import org.gabor.spi.Precision;

/**
 * How a model is trained. Settings have defaults and are changed one by one; {@link #fit} trains.
 *
 * <pre>{@code
 * var run =
 * Trainer.of(model).on(device).optimizer(Sgd.lr(0.05).momentum(0.9)).epochs(3).seed(0).validate(0.1).fit(data.train());
 * }</pre>
 */
public final class Trainer {
    private static final Duration FOREVER = Duration.ofDays(365_000);

    private final ModelSpec model;
    private Optional<Device> device = Optional.empty();
    private LearningRule rule = LearningRule.of(Sgd.lr(0.05).momentum(0.9));
    private Schedule schedule = Schedules.constant();
    private Function<Dataset, Preprocessing.Fitted> input = Preprocessing.STANDARD::fit;
    private Function<List<String>, Distortion> augment = Augment.NONE::limits;
    private int epochs = 1;
    private int batch = 64;
    private int workers = Loader.usualWorkers();
    private long seed;
    private double validation;
    private Optional<Monitor> monitor = Optional.empty();
    private int patience;
    private int limitBatches;
    private boolean diagnose;
    private Duration maxTime = FOREVER;
    private Duration saveEvery = Duration.ofMinutes(1);
    private BooleanSupplier stop = () -> false;
    private Optional<Continuation> continuation = Optional.empty();
    private final List<TrainingListener> listeners = new ArrayList<>();

    private Trainer(ModelSpec model) {
        this.model = model;
    }

    /** A trainer for a model. */
    public static Trainer of(ModelSpec model) { return new Trainer(model); }

    /** Where to train; it stays open. */
    public Trainer on(Device where) {
        device = Optional.of(where);
        return this;
    }

    /** Everything that a step makes of scores and labels at once: optimizer, loss, limits, average. */
    public Trainer rule(LearningRule how) {
        rule = how;
        return this;
    }

    /** How gradients change weights; SGD with learning rate 0.05 and momentum 0.9 if not said. */
    public Trainer optimizer(Optimizer how) {
        rule = rule.optimizer(how);
        return this;
    }

    /** The loss; softmax cross-entropy if not said. */
    public Trainer loss(Criterion loss) {
        rule = rule.criterion(loss);
        return this;
    }

    /** The largest L2 norm of all gradients together; larger ones are scaled down. No limit if not said. */
    public Trainer clipNorm(double limit) {
        rule = rule.clipNorm(limit);
        return this;
    }

    /** The largest size of a gradient; larger ones are cut. No limit if not said. */
    public Trainer clipValue(double limit) {
        rule = rule.clipValue(limit);
        return this;
    }

    /**
     * Evaluates and saves a moving average of the weights, of which each step keeps {@code share}. None if not said.
     */
    public Trainer average(double share) {
        rule = rule.average(share);
        return this;
    }

    /** How the learning rate changes; constant if not said. */
    public Trainer schedule(Schedule rate) {
        schedule = rate;
        return this;
    }

    /** How pixels become numbers; mean 0 and variance 1 a channel if not said. */
    public Trainer input(Preprocessing how) { return input(how::fit); }

    /** How pixels become numbers, given the training part. */
    public Trainer input(Function<Dataset, Preprocessing.Fitted> how) {
        input = how;
        return this;
    }

    /** How images are changed at random in training; not at all if not said. */
    public Trainer augment(Augment how) { return augment(how::limits); }

    /** How far images may be moved at random in training. */
    public Trainer augment(Distortion limits) { return augment(_ -> limits); }

    private Trainer augment(Function<List<String>, Distortion> limits) {
        augment = limits;
        return this;
    }

    /** Passes over the training part; 1 if not said. */
    public Trainer epochs(int passes) {
        if (passes < 1) throw new UsageException("epochs must be at least 1, got " + passes);
        epochs = passes;
        return this;
    }

    /** Images a step; 64 if not said, and never more than there are. */
    public Trainer batch(int images) {
        if (images < 1) throw new UsageException("the batch must have at least 1 image, got " + images);
        batch = images;
        return this;
    }

    /**
     * Threads that read images ahead, if they are not in memory; as many as there are processors, and 8 at most, if not
     * said. It has no influence on the result.
     */
    public Trainer workers(int threads) {
        if (threads < 1) throw new UsageException("workers must be at least 1, got " + threads);
        workers = threads;
        return this;
    }

    /** Decides the first weights and the order of images; 0 if not said. */
    public Trainer seed(long number) {
        seed = number;
        return this;
    }

    /** Share of the data set that is held out to choose the best epoch; none if not said. */
    public Trainer validate(double share) {
        if (!(share >= 0 && share < 1))
            throw new UsageException("the validation share must be in [0, 1), got " + share);
        validation = share;
        return this;
    }

    /** What tells the best epoch; the accuracy of the validation part if not said, or the latest epoch without one. */
    public Trainer monitor(Monitor figure) {
        monitor = Optional.of(figure);
        return this;
    }

    /** Ends the training when so many epochs in a row were not better than the best; 0, as if not said: never. */
    public Trainer patience(int epochs) {
        if (epochs < 0) throw new UsageException("patience must be 0 or more epochs, got " + epochs);
        patience = epochs;
        return this;
    }

    /** At most so many steps an epoch, and batches of the validation part; 0, as if not said: all there are. */
    public Trainer limitBatches(int batches) {
        if (batches < 0) throw new UsageException("the limit of batches must be 0 or more, got " + batches);
        limitBatches = batches;
        return this;
    }

    /** Tells listeners at the end of each epoch how large weights, gradients and updates are, parameter by parameter. */
    public Trainer diagnose(boolean wanted) {
        diagnose = wanted;
        return this;
    }

    /** Ends the training after the step in which the time is over; no limit if not said. */
    public Trainer maxTime(Duration time) {
        maxTime = time;
        return this;
    }

    /** How often listeners are asked to save within an epoch; every minute if not said. */
    public Trainer saveEvery(Duration time) {
        saveEvery = time;
        return this;
    }

    /** Ends the training after the first step at whose end this is true. */
    public Trainer stopWhen(BooleanSupplier wanted) {
        stop = wanted;
        return this;
    }

    /**
     * Goes on with a training instead of beginning one: the result is the same, byte for byte, as if it had not been
     * interrupted. All settings but epochs, patience and those about time must be as they were.
     */
    public Trainer resume(Continuation from) {
        continuation = Optional.of(from);
        return this;
    }

    /** Somebody who wants to know how it goes. */
    public Trainer listener(TrainingListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * Trains, with the validation share held out.
     *
     * @throws org.gabor.DivergedException if the loss or a gradient is not finite
     */
    public TrainingRun fit(Dataset data) {
        if (validation == 0) return fit(data, Optional.empty());
        Split split = Datasets.split(data, validation, seed);
        return fit(split.train(), Optional.of(split.validation()));
    }

    /**
     * Trains, and chooses the best epoch on {@code held}, if it is there.
     *
     * @throws org.gabor.DivergedException if the loss or a gradient is not finite
     * @throws UsageException if it goes on with a training that had other settings or other data
     */
    public TrainingRun fit(Dataset train, Optional<Dataset> held) {
        Device where =
                device.orElseThrow(() -> new UsageException("a trainer needs a device: Trainer.of(model).on(device)"));
        model.checkFits(train);
        held.ifPresent(model::checkFits);
        if (held.isEmpty() && monitor.isPresent() && monitor.get().needsValidation())
            throw new UsageException(monitor.get().label() + " cannot be watched without a validation part; hold one out,"
                    + " or watch " + Monitor.TRAIN_LOSS.label());
        if (patience > 0 && monitorFor(held).isEmpty())
            throw new UsageException("patience needs a figure to watch; hold out a validation part, or watch "
                    + Monitor.TRAIN_LOSS.label());
        try (var loop = new TrainingLoop(this, where, train, held)) {
            return loop.run();
        }
    }

    ModelSpec model() { return model; }

    LearningRule rule() { return rule; }

    Schedule schedule() { return schedule; }

    /** As it was, for a training that goes on: its tensors are among those that are restored. */
    Preprocessing.Fitted inputFor(Dataset train) {
        return continuation.map(c -> new Preprocessing.Fitted(c.last().scaling(), Map.of()))
                .orElseGet(() -> input.apply(train));
    }

    Distortion limitsFor(Dataset train) { return augment.apply(train.classes()); }

    int epochs() { return epochs; }

    int batchFor(Dataset train) { return Math.min(batch, train.size()); }

    int workers() { return workers; }

    long seed() { return seed; }

    Optional<Monitor> monitorFor(Optional<Dataset> held) {
        return monitor.or(() -> held.map(_ -> Monitor.VAL_ACC1));
    }

    int patience() { return patience; }

    int limit(int batches) { return limitBatches == 0 ? batches : Math.min(limitBatches, batches); }

    boolean isDiagnosed() { return diagnose; }

    Duration maxTime() { return maxTime; }

    Duration saveEvery() { return saveEvery; }

    boolean isStopWanted() { return stop.getAsBoolean(); }

    Optional<Continuation> continuation() { return continuation; }

    List<TrainingListener> listeners() { return listeners; }

    /** All that affects the result but the device, under the names of the command line. */
    Map<String, Object> describe(Dataset train, Optional<Dataset> held, Scaling scaling) {
        var c = new LinkedHashMap<String, Object>();
        c.put("model", model.name());
        c.put("data", train.name());
        c.put("input", scaling.kind().label());
        Distortion limits = limitsFor(train);
        if (!limits.equals(Distortion.NONE)) c.put("augment", limits.describe());
        c.putAll(rule.describe());
        c.put("schedule", schedule.describe());
        c.put("epochs", epochs);
        c.put("batch", batchFor(train));
        c.put("seed", seed);
        monitor.ifPresent(m -> c.put("monitor", m.label()));
        if (patience > 0) c.put("patience", patience);
        if (limitBatches > 0) c.put("limit_batches", limitBatches);
        device.map(Device::options).ifPresent(o -> {
            if (o.precision() != Precision.FP32) c.put("precision", o.precision().label());
            if (o.deterministic()) c.put("deterministic", true);
        });
        c.put("data_fingerprint", train.fingerprint());
        held.ifPresent(h -> c.put("validation_fingerprint", h.fingerprint()));
        return c;
    }
}
