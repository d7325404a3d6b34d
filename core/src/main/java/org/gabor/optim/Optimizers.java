package org.gabor.optim;

import java.util.List;
import java.util.Map;
import org.gabor.Suggest;
import org.gabor.UsageException;

/** The optimizers by name. */
public final class Optimizers {
    /** Names that {@link #byName} knows. */
    public static final List<String> NAMES = List.of("sgd", "nesterov", "adam", "adamw", "rmsprop", "adagrad");

    private Optimizers() {}

    /**
     * An optimizer with its usual settings, but for those given: for sgd and nesterov {@code lr momentum dampening
     * weight_decay}, for adam and adamw {@code lr beta1 beta2 eps weight_decay}, for rmsprop {@code lr alpha eps
     * momentum
     * centred weight_decay}, for adagrad {@code lr eps weight_decay}.
     *
     * @throws UsageException if there is no optimizer of that name, or a setting is unknown or out of range
     */
    public static Optimizer byName(String name, Map<String, String> settings) {
        var s = new Settings(name, settings);
        Optimizer made = switch (name) {
            case "sgd", "nesterov" -> new Sgd(s.number("lr", 0.01), s.number("momentum", 0.9), s.number("dampening", 0),
                    name.equals("nesterov"), s.number("weight_decay", 0));
            case "adam", "adamw" -> new Adam(s.number("lr", 0.001), s.number("beta1", 0.9), s.number("beta2", 0.999),
                    s.number("eps", 1e-8), s.number("weight_decay", name.equals("adamw") ? 0.01 : 0),
                    name.equals("adamw"));
            case "rmsprop" -> new RmsProp(s.number("lr", 0.01), s.number("alpha", 0.99), s.number("eps", 1e-8),
                    s.number("momentum", 0), s.flag("centred"), s.number("weight_decay", 0));
            case "adagrad" -> new Adagrad(s.number("lr", 0.01), s.number("eps", 1e-10), s.number("weight_decay", 0));
            default -> throw new UsageException(Suggest.unknown("optimizer", name, NAMES));
        };
        s.end();
        return made;
    }
}
