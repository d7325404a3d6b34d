package org.gabor.cli;

import java.util.List;
import java.util.Objects;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.models.Recipe;
import org.gabor.optim.Optimizer;
import org.gabor.optim.Schedule;
import org.gabor.optim.Schedules;
import org.gabor.optim.Sgd;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to train, where it differs from the model's own recipe. */
final class RecipeOptions {
    private static final List<String> OPTIMIZERS = List.of("sgd", "nesterov");

    @Option(names = "--optimizer", paramLabel = "NAME", description = "sgd or nesterov.")
    @Nullable
    String optimizer;

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

    @Option(names = "--schedule", paramLabel = "NAME", description = "constant, cosine or onecycle.")
    @Nullable
    String schedule;

    @Option(names = "--warmup", paramLabel = "EPOCHS",
            description = "Epochs over which the learning rate rises first; default: 0.")
    double warmup;

    /**
     * The recipe with what was asked for put in.
     *
     * @throws UsageException if a name is unknown or a value out of range
     */
    Recipe over(Recipe recipe, @Nullable Integer epochs, @Nullable Integer batch) {
        Schedule rate = schedule == null ? recipe.schedule() : Schedules.byName(schedule);
        return new Recipe(optimizer(recipe.optimizer()), rate.warmup(warmup),
                Objects.requireNonNullElse(epochs, recipe.epochs()), Objects.requireNonNullElse(batch, recipe.batch()));
    }

    private Optimizer optimizer(Optimizer usual) {
        if (optimizer != null && !OPTIMIZERS.contains(optimizer))
            throw new UsageException(Suggest.unknown("optimizer", optimizer, OPTIMIZERS));
        Sgd sgd = usual instanceof Sgd s ? s : Sgd.lr(usual.learningRate()).weightDecay(usual.weightDecay());
        return new Sgd(Objects.requireNonNullElse(lr, sgd.learningRate()),
                Objects.requireNonNullElse(momentum, sgd.momentum()),
                optimizer == null ? sgd.lookAhead() : optimizer.equals("nesterov"),
                Objects.requireNonNullElse(weightDecay, sgd.weightDecay()));
    }
}
