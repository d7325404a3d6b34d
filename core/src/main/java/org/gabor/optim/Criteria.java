package org.gabor.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.graph.Criterion;
import org.gabor.io.Json;

/** The losses by name, and their way to JSON and back. */
public final class Criteria {
    /** Names that {@link #byName} knows. */
    public static final List<String> NAMES = List.of("softmax", "hinge", "hinge2", "mse", "bce");

    private Criteria() {}

    /**
     * A loss with its usual settings, but for those given: the softmax cross-entropy ({@code smoothing}, {@code weights} of the
     * classes with slashes between them, {@code ignore} a label), the hinge and the squared hinge of a support vector machine
     * ({@code margin}), the mean squared error and the binary cross-entropy against one-hot targets.
     *
     * @throws UsageException if there is no loss of that name, or a setting is unknown or out of range
     */
    public static Criterion byName(String name, Map<String, String> settings) {
        if (settings.containsKey("smoothing") && NAMES.contains(name) && !name.equals("softmax"))
            throw new UsageException("label smoothing belongs to the softmax loss, not to " + name);
        var s = new Settings(name, settings);
        Criterion made = switch (name) {
            case "softmax" -> new Criterion.CrossEntropy(s.number("smoothing", 0), s.whole("ignore"), s.numbers("weights"));
            case "hinge" -> new Criterion.MultiMargin(1, s.number("margin", 1));
            case "hinge2" -> new Criterion.MultiMargin(2, s.number("margin", 1));
            case "mse" -> new Criterion.SquaredError();
            case "bce" -> new Criterion.BinaryCrossEntropy();
            default -> throw new UsageException(Suggest.unknown("loss", name, NAMES));
        };
        s.end();
        return made;
    }

    /** A loss as JSON: its name and what it is not by default. */
    public static Json toJson(Criterion criterion) {
        var members = new LinkedHashMap<String, Object>();
        switch (criterion) {
            case Criterion.CrossEntropy c -> {
                members.put("name", "softmax");
                if (c.smoothing() != 0) members.put("smoothing", c.smoothing());
                c.ignore().ifPresent(i -> members.put("ignore", i));
                if (!c.weights().isEmpty()) members.put("weights", c.weights());
            }
            case Criterion.MultiMargin m -> {
                members.put("name", m.power() == 1 ? "hinge" : "hinge2");
                members.put("margin", m.margin());
            }
            case Criterion.SquaredError _ -> members.put("name", "mse");
            case Criterion.BinaryCrossEntropy _ -> members.put("name", "bce");
        }
        return Json.of(members);
    }

    /**
     * A loss from JSON.
     *
     * @throws Json.SyntaxException if it is none
     */
    public static Criterion fromJson(Json json) {
        Json.Obj o = json.object("a loss");
        var settings = new LinkedHashMap<String, String>();
        o.members().forEach((key, v) -> settings.put(key, switch (v) {
            case Json.Arr list -> list.items().stream().map(Json::text).collect(Collectors.joining("/"));
            case Json.Str word -> word.value();
            default -> v.text();
        }));
        String name = settings.remove("name");
        if (name == null) throw new Json.SyntaxException(o.line(), "a loss has no name");
        return byName(name, settings);
    }
}
