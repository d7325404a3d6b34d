package org.gabor.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.UsageException;
import org.gabor.data.Augment;
import org.gabor.graph.Criterion;
import org.gabor.io.Json;
import org.gabor.models.Recipe;
import org.gabor.optim.Criteria;
import org.gabor.optim.Optimizer;
import org.gabor.optim.Optimizers;
import org.gabor.optim.Schedule;
import org.gabor.optim.Schedules;
import org.gabor.train.LearningRule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to train, where it differs from the model's own recipe. */
final class RecipeOptions {
    private static final List<String> SGD = List.of("sgd", "nesterov");

    @Option(names = "--optimizer", paramLabel = "NAME",
            description = "sgd, nesterov, adam, adamw, rmsprop or adagrad; one that is not the recipe's starts from"
                    + " its own usual settings.")
    @Nullable
    String optimizer;

    @Option(names = "--optimizer-args", paramLabel = "K=V", split = ",",
            description = "Its settings, such as beta1=0.8,eps=1e-4: dampening (sgd), beta1, beta2, eps (adam, adamw),"
                    + " alpha, eps, centred (rmsprop), eps (adagrad).")
    Map<String, String> optimizerArgs = new LinkedHashMap<>();

    @Option(names = "--lr", paramLabel = "X", description = "Learning rate; the schedule scales it.")
    @Nullable
    Double lr;

    @Option(names = "--momentum", paramLabel = "X", description = "Share of the last step that is kept, 0 to below 1.")
    @Nullable
    Double momentum;

    @Option(names = "--weight-decay", paramLabel = "X",
            description = "L2 penalty of weights and filters; biases and norms have none.")
    @Nullable
    Double weightDecay;

    @Option(names = "--clip-norm", paramLabel = "X",
            description = "Largest L2 norm of all gradients together; default: no limit.")
    double clipNorm;

    @Option(names = "--clip-value", paramLabel = "X", description = "Largest size of a gradient; default: no limit.")
    double clipValue;

    @Option(names = "--schedule", paramLabel = "NAME",
            description = "constant, step, multistep, exponential, cosine, onecycle or plateau.")
    @Nullable
    String schedule;

    @Option(names = "--schedule-args", paramLabel = "K=V", split = ",",
            description = "Its settings, such as epochs=2,gamma=0.5 (step), milestones=30/60 (multistep), gamma"
                    + " (exponential), least (cosine), rise, div, final_div, linear (onecycle), gamma, patience,"
                    + " threshold (plateau).")
    Map<String, String> scheduleArgs = new LinkedHashMap<>();

    @Option(names = "--warmup", paramLabel = "EPOCHS",
            description = "Epochs over which the learning rate rises first; default: 0.")
    double warmup;

    @Option(names = "--loss", paramLabel = "NAME", description = "softmax (default), hinge, hinge2, mse or bce.")
    String loss = "softmax";

    @Option(names = "--loss-args", paramLabel = "K=V", split = ",",
            description = "Its settings, such as weights=1/1/2 (softmax: a weight a class), ignore=9 (softmax: a label that"
                    + " does not count), margin=0.5 (hinge, hinge2).")
    Map<String, String> lossArgs = new LinkedHashMap<>();

    @Option(names = "--label-smoothing", paramLabel = "X",
            description = "Share of the target that is spread over all classes; default: 0.")
    double labelSmoothing;

    @Option(names = "--ema", paramLabel = "X",
            description = "Evaluates and saves a moving average of the weights of which each step keeps this share,"
                    + " such as 0.999; default: none.")
    double ema;

    /**
     * How a training is done.
     *
     * @param rule what a step does
     * @param schedule with its warm-up
     * @param epochs passes over the training part
     * @param batch images a step
     * @param augment how images are changed at random
     * @param config all of it, under the names that {@code --config} reads
     */
    record Settings(LearningRule rule, Schedule schedule, int epochs, int batch, Augment augment,
            Map<String, Object> config) {
        Settings {
            if (epochs < 1) throw new UsageException("--epochs must be at least 1, got " + epochs);
            if (batch < 1) throw new UsageException("--batch must be at least 1 image, got " + batch);
        }
    }

    /**
     * The recipe with what was asked for put in.
     *
     * @throws UsageException if a name is unknown or a value out of range
     */
    Settings over(Recipe recipe, @Nullable Integer epochs, @Nullable Integer batch, @Nullable Augment augment) {
        Schedule rate = schedule(recipe.schedule());
        LearningRule rule = LearningRule.of(optimizer(recipe.optimizer()))
                .criterion(criterion()).clipNorm(clipNorm).clipValue(clipValue).average(ema);
        int passes = Objects.requireNonNullElse(epochs, recipe.epochs());
        int images = Objects.requireNonNullElse(batch, recipe.batch());
        Augment change = Objects.requireNonNullElse(augment, recipe.augment());
        var config = config(rule, rate, passes, images);
        config.put("augment", change.label());
        return new Settings(rule, rate.warmup(warmup), passes, images, change, config);
    }

    private Optimizer optimizer(Optimizer usual) {
        Map<String, Object> recipe = usual.describe();
        String own = String.valueOf(recipe.get("name")), name = optimizer == null ? own : optimizer;
        var settings = new LinkedHashMap<String, String>();
        if (name.equals(own) || (SGD.contains(name) && SGD.contains(own)))
            recipe.forEach((k, v) -> { if (!k.equals("name")) settings.put(k, v.toString()); });
        settings.putAll(optimizerArgs);
        put(settings, "lr", lr);
        put(settings, "momentum", momentum);
        put(settings, "weight_decay", weightDecay);
        return Optimizers.byName(name, settings);
    }

    private void put(Map<String, String> settings, String name, @Nullable Double value) {
        if (value == null) return;
        String option = "--" + name.replace('_', '-');
        if (optimizerArgs.containsKey(name))
            throw new UsageException(name + " is given twice: by " + option + " and in --optimizer-args");
        settings.put(name, value.toString());
    }

    private Criterion criterion() {
        var settings = new LinkedHashMap<>(lossArgs);
        if (labelSmoothing != 0 && settings.put("smoothing", Double.toString(labelSmoothing)) != null)
            throw new UsageException("smoothing is given twice: by --label-smoothing and in --loss-args");
        return Criteria.byName(loss, settings);
    }

    private Schedule schedule(Schedule usual) {
        if (schedule != null) return Schedules.byName(schedule, scheduleArgs);
        if (scheduleArgs.isEmpty()) return usual;
        Map<String, String> settings = settings(usual);
        String name = Objects.requireNonNull(settings.remove("name"));
        settings.putAll(scheduleArgs);
        return Schedules.byName(name, settings);
    }

    /** Name and settings from {@code step epochs=2 gamma=0.5}. */
    private static Map<String, String> settings(Schedule rate) {
        var settings = new LinkedHashMap<String, String>();
        for (String word : rate.describe().split(" ")) {
            String[] pair = word.split("=", 2);
            settings.put(pair.length == 2 ? pair[0] : "name", pair[pair.length - 1]);
        }
        return settings;
    }

    private Map<String, Object> config(LearningRule rule, Schedule rate, int epochs, int batch) {
        var c = new LinkedHashMap<String, Object>();
        c.put("optimizer", rule.optimizer().describe());
        Map<String, String> scheduled = settings(rate);
        c.put("schedule", named(Objects.requireNonNull(scheduled.remove("name")), scheduled));
        c.put("warmup", warmup);
        c.put("loss", lossArgs.isEmpty() ? loss : Json.of(named(loss, lossArgs)));
        c.put("label_smoothing", labelSmoothing);
        c.put("clip_norm", clipNorm);
        c.put("clip_value", clipValue);
        c.put("ema", ema);
        c.put("epochs", epochs);
        c.put("batch", batch);
        return c;
    }

    /** A name and its settings, numbers as such. */
    private static Map<String, Object> named(String name, Map<String, String> settings) {
        var named = new LinkedHashMap<String, Object>();
        named.put("name", name);
        settings.forEach((key, v) -> named.put(key, v.matches("[0-9.Ee+-]+") ? Json.parse(v) : v));
        return named;
    }
}
