package org.gabor.train;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.gabor.UsageException;
import org.gabor.io.Json;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Registry;
import org.jspecify.annotations.Nullable;

/**
 * A training that goes on where it was left, as {@link Trainer#resume} takes it.
 *
 * @param last the state it was left in, see {@link TrainingListener.Snapshot#resumable}
 * @param best the model after the best epoch so far, if it is known
 * @param seconds time that the training had taken by then
 * @param warning what is wrong with a later state, which is why this one is taken; empty if nothing is
 */
public record Continuation(TrainedModel last, Optional<TrainedModel> best, double seconds, String warning) {
    /** Entries of a checkpoint's metadata. */
    static final String CONFIG = "config", STEP = "step", HISTORY = "history", ALGORITHMS = "algorithms";
    /** Settings that say when a training ends may change when it goes on; all others must be as they were. */
    private static final List<String> MAY_CHANGE = List.of("epochs", "patience");

    /**
     * Steps that were made.
     *
     * @throws Json.SyntaxException if the checkpoint does not tell
     */
    long step() { return Json.parse(entry(STEP)).integer(STEP); }

    /**
     * Figures of the epochs that were over.
     *
     * @throws Json.SyntaxException if the checkpoint does not tell
     */
    List<EpochMetrics> history() {
        return Json.parse(entry(HISTORY)).array(HISTORY).stream().map(e -> EpochMetrics.fromJson(e.object("an epoch"))).toList();
    }

    /** The algorithms of a deterministic training, see {@link org.gabor.spi.Executable#algorithms}; empty of others. */
    Map<String, String> algorithms() {
        var all = new TreeMap<String, String>();
        Json.parse(last.info().getOrDefault(ALGORITHMS, "{}")).object(ALGORITHMS).members()
                .forEach((name, v) -> all.put(name, v.string(name)));
        return all;
    }

    /** How the algorithms are now others than they were, a sentence each. */
    List<String> changes(Map<String, String> now) {
        Map<String, String> then = algorithms();
        if (then.isEmpty() != now.isEmpty()) return List.of("it goes on on another kind of device");
        var names = new TreeSet<>(now.keySet());
        names.addAll(then.keySet());
        return names.stream().filter(n -> !Objects.equals(then.get(n), now.get(n)))
                .map(n -> n + " was " + then.getOrDefault(n, "not used") + " and is now " + now.getOrDefault(n, "not used"))
                .toList();
    }

    private String entry(String name) {
        String text = last.info().get(name);
        if (text == null) throw new Json.SyntaxException(1, "it does not tell its " + name);
        return text;
    }

    /**
     * Checks that the training is the one that was left.
     *
     * @param model what is to be trained now
     * @param config what the training is asked for now
     * @throws UsageException naming the first setting that is another one
     */
    void checkFits(ModelSpec model, Map<String, Object> config) {
        if (!model.toJson(Registry.STANDARD).text().equals(last.spec().toJson(Registry.STANDARD).text()))
            throw new UsageException("a training goes on as it began, but the network " + model.name() + " is not the one of"
                    + " the checkpoint; take that one, or start a new run");
        Map<String, Json> then = Json.parse(entry(CONFIG)).object(CONFIG).members(),
                now = Json.of(config).object(CONFIG).members();
        var names = new LinkedHashSet<>(now.keySet());
        names.addAll(then.keySet());
        names.removeAll(MAY_CHANGE);
        for (String name : names) {
            String before = text(then.get(name)), after = text(now.get(name));
            if (!before.equals(after))
                throw new UsageException("a training goes on as it began, but " + name + " was " + before + " and is now "
                        + after + "; give what it was given then, or start a new run");
        }
    }

    private static String text(@Nullable Json value) { return value == null ? "not set" : value.text(); }
}
