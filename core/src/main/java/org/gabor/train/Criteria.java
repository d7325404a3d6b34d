package org.gabor.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
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
     * The loss of that name: softmax cross-entropy, the hinge and the squared hinge of a support vector machine, the
     * mean
     * squared error and the binary cross-entropy against one-hot targets.
     *
     * @param smoothing label smoothing of the softmax
     * @throws UsageException if there is none of that name, or it has no label smoothing
     */
    public static Criterion byName(String name, double smoothing) {
        if (smoothing != 0 && !name.equals("softmax"))
            throw new UsageException("label smoothing belongs to the softmax loss, not to " + name);
        return switch (name) {
            case "softmax" -> new Criterion.CrossEntropy(smoothing, OptionalInt.empty(), List.of());
            case "hinge" -> new Criterion.MultiMargin(1, 1);
            case "hinge2" -> new Criterion.MultiMargin(2, 1);
            case "mse" -> new Criterion.SquaredError();
            case "bce" -> new Criterion.BinaryCrossEntropy();
            default -> throw new UsageException(Suggest.unknown("loss", name, NAMES));
        };
    }

    /** A loss as JSON: its name and what it is not by default. */
    static Json toJson(Criterion criterion) {
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

    /** A loss from JSON. */
    static Criterion fromJson(Json json) {
        Json.Obj o = json.object("a loss");
        Map<String, Json> m = o.members();
        String name = o.get("name").orElseThrow(() -> new Json.SyntaxException(o.line(), "a loss has no name"))
                .string("name");
        double smoothing = m.containsKey("smoothing") ? m.get("smoothing").number("smoothing") : 0;
        return switch (byName(name, smoothing)) {
            case Criterion.CrossEntropy _ -> new Criterion.CrossEntropy(smoothing,
                    o.get("ignore").map(i -> OptionalInt.of(i.integer("ignore"))).orElse(OptionalInt.empty()),
                    o.get("weights").map(w -> w.array("weights").stream().map(v -> v.number("weights")).toList())
                            .orElse(List.of()));
            case Criterion.MultiMargin margin ->
                    new Criterion.MultiMargin(margin.power(), o.get("margin").map(v -> v.number("margin")).orElse(1.0));
            case Criterion other -> other;
        };
    }
}
