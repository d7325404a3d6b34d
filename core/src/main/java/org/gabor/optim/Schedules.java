package org.gabor.optim;

import java.util.List;
import org.gabor.Suggest;
import org.gabor.UsageException;

/** The schedules by name. */
public final class Schedules {
    /** Names that {@link #byName} knows. */
    public static final List<String> NAMES = List.of("constant", "cosine", "onecycle");

    private Schedules() {}

    /** The optimizer's own rate all the time. */
    public static Schedule constant() { return new Constant(); }

    /** From the optimizer's rate down to 0 along half a cosine. */
    public static Schedule cosine() { return cosine(0); }

    /** From the optimizer's rate down to {@code least} times that rate along half a cosine. */
    public static Schedule cosine(double least) { return new Cosine(least); }

    /** Up to the optimizer's rate in the first 30 % and down to almost nothing. */
    public static Schedule oneCycle() { return oneCycle(0.3, 25, 1e4); }

    /**
     * From 1 / div of the optimizer's rate up to that rate in the first {@code rise} of the steps, then down to
     * 1 / (div finalDiv) of it.
     */
    public static Schedule oneCycle(double rise, double div, double finalDiv) { return new OneCycle(rise, div, finalDiv); }

    /**
     * A schedule with its usual settings.
     *
     * @throws UsageException if there is none of that name
     */
    public static Schedule byName(String name) {
        return switch (name) {
            case "constant" -> constant();
            case "cosine" -> cosine();
            case "onecycle" -> oneCycle();
            default -> throw new UsageException(Suggest.unknown("schedule", name, NAMES));
        };
    }

    /** factor = 1. */
    record Constant() implements Schedule {
        @Override
        public double factor(long step, long steps, int epochSteps) { return 1; }

        @Override
        public String describe() { return "constant"; }
    }

    /** factor = least + (1 - least) (1 + cos(pi step / steps)) / 2 (Loshchilov and Hutter 2017). */
    record Cosine(double least) implements Schedule {
        @Override
        public double factor(long step, long steps, int epochSteps) { return anneal(1, least, (double) step / steps); }

        @Override
        public String describe() { return "cosine"; }
    }

    /**
     * Along half a cosine from 1 / div to 1 in the first {@code rise} of the steps, then down to 1 / (div finalDiv)
     * (Smith and Topin 2018, as in PyTorch's OneCycleLR).
     */
    record OneCycle(double rise, double div, double finalDiv) implements Schedule {
        @Override
        public double factor(long step, long steps, int epochSteps) {
            double top = Math.max(0, rise * steps - 1), end = steps - 1;
            if (step < top) return anneal(1 / div, 1, step / top);
            return end <= top ? 1 : anneal(1, 1 / (div * finalDiv), (step - top) / (end - top));
        }

        @Override
        public String describe() { return "onecycle"; }
    }

    /** A linear rise in front of another schedule. */
    record Warmup(Schedule then, double epochs) implements Schedule {
        Warmup {
            if (!(epochs >= 0)) throw new UsageException("warm-up must be 0 or more epochs, got " + epochs);
        }

        @Override
        public double factor(long step, long steps, int epochSteps) {
            long rise = Math.min(steps, Math.round(epochs * epochSteps));
            if (step < rise) return (step + 1.0) / rise * then.factor(0, Math.max(1, steps - rise), epochSteps);
            return then.factor(step - rise, Math.max(1, steps - rise), epochSteps);
        }

        @Override
        public String describe() { return then.describe() + " after " + epochs + " epochs of warm-up"; }
    }

    private static double anneal(double from, double to, double share) {
        return to + (from - to) / 2 * (1 + StrictMath.cos(Math.PI * share));
    }
}
