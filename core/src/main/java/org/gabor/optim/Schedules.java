package org.gabor.optim;

import java.util.List;
import java.util.Map;
import org.gabor.Suggest;
import org.gabor.UsageException;

/** The schedules. Those that count epochs change at the beginning of an epoch, the others at every step. */
public final class Schedules {
    /** Names that {@link #byName} knows. */
    public static final List<String> NAMES =
            List.of("constant", "step", "multistep", "exponential", "cosine", "onecycle", "plateau");

    private Schedules() {}

    /** The optimizer's own rate all the time. */
    public static Schedule constant() { return new Constant(); }

    /** The rate times {@code gamma} every {@code epochs}. */
    public static Schedule step(int epochs, double gamma) { return new StepDown(epochs, gamma); }

    /** The rate times {@code gamma} after each of the {@code milestones}, counted in epochs. */
    public static Schedule multiStep(List<Integer> milestones, double gamma) {
        return new MultiStep(milestones, gamma);
    }

    /** The rate times {@code gamma} every epoch. */
    public static Schedule exponential(double gamma) { return new Exponential(gamma); }

    /** From the optimizer's rate down to 0 along half a cosine. */
    public static Schedule cosine() { return cosine(0); }

    /** From the optimizer's rate down to {@code least} times that rate along half a cosine. */
    public static Schedule cosine(double least) { return new Cosine(least); }

    /** Up to the optimizer's rate in the first 30 % and down to almost nothing, along cosines. */
    public static Schedule oneCycle() { return oneCycle(0.3, 25, 1e4); }

    /**
     * From 1 / div of the optimizer's rate up to that rate in the first {@code rise} of the steps, then down to
     * 1 / (div finalDiv) of it, along cosines.
     */
    public static Schedule oneCycle(double rise, double div, double finalDiv) {
        return new OneCycle(rise, div, finalDiv, false);
    }

    /** The same along straight lines. */
    public static Schedule oneCycleLinear(double rise, double div, double finalDiv) {
        return new OneCycle(rise, div, finalDiv, true);
    }

    /**
     * The rate times {@code gamma} when the monitored loss has not become less than its best by {@code threshold} (a
     * share
     * of it) for more than {@code patience} epochs.
     */
    public static Schedule plateau(double gamma, int patience, double threshold) {
        return new Plateau(gamma, patience, threshold);
    }

    /**
     * A schedule with its usual settings, but for those given: step {@code epochs gamma}, multistep {@code milestones
     * gamma}, exponential {@code gamma}, cosine {@code least}, onecycle {@code rise div final_div linear}, plateau
     * {@code gamma patience threshold}.
     *
     * @throws UsageException if there is none of that name, or a setting is unknown or out of range
     */
    public static Schedule byName(String name, Map<String, String> settings) {
        var s = new Settings(name, settings);
        Schedule made = switch (name) {
            case "constant" -> constant();
            case "step" -> step(s.whole("epochs", 30), s.number("gamma", 0.1));
            case "multistep" -> multiStep(
                    s.wholes("milestones", List.of(30, 60, 90)), s.number("gamma", 0.1));
            case "exponential" -> exponential(s.number("gamma", 0.95));
            case "cosine" -> cosine(s.number("least", 0));
            case "onecycle" -> new OneCycle(s.number("rise", 0.3), s.number("div", 25), s.number("final_div", 1e4),
                    s.flag("linear"));
            case "plateau" ->
                    plateau(s.number("gamma", 0.1), s.whole("patience", 10), s.number("threshold", 1e-4));
            default -> throw new UsageException(Suggest.unknown("schedule", name, NAMES));
        };
        s.end();
        return made;
    }

    /** factor = 1. */
    record Constant() implements Schedule {
        @Override
        public double factor(Clock clock) { return 1; }

        @Override
        public String describe() { return "constant"; }
    }

    /** factor = gamma^floor(epoch / epochs). */
    record StepDown(int epochs, double gamma) implements Schedule {
        StepDown {
            if (epochs < 1) throw new UsageException("step: epochs must be at least 1, got " + epochs);
            Limits.positive("step", "gamma", gamma);
        }

        @Override
        public double factor(Clock clock) {
            long times = clock.epoch() / epochs;
            return StrictMath.pow(gamma, (double) times);
        }

        @Override
        public String describe() { return "step epochs=" + epochs + " gamma=" + gamma; }
    }

    /** factor = gamma^(milestones that are over). */
    record MultiStep(List<Integer> milestones, double gamma) implements Schedule {
        MultiStep {
            milestones = List.copyOf(milestones);
            Limits.positive("multistep", "gamma", gamma);
        }

        @Override
        public double factor(Clock clock) {
            return StrictMath.pow(gamma, (double) milestones.stream().filter(m -> m <= clock.epoch()).count());
        }

        @Override
        public String describe() {
            return "multistep milestones=" + String.join("/", milestones.stream().map(String::valueOf).toList()) + " gamma="
                    + gamma;
        }
    }

    /** factor = gamma^epoch. */
    record Exponential(double gamma) implements Schedule {
        Exponential {
            Limits.positive("exponential", "gamma", gamma);
        }

        @Override
        public double factor(Clock clock) { return StrictMath.pow(gamma, (double) clock.epoch()); }

        @Override
        public String describe() { return "exponential gamma=" + gamma; }
    }

    /** factor = least + (1 - least) (1 + cos(pi step / steps)) / 2 (Loshchilov and Hutter 2017). */
    record Cosine(double least) implements Schedule {
        Cosine {
            Limits.notNegative("cosine", "least", least);
        }

        @Override
        public double factor(Clock clock) { return anneal(1, least, (double) clock.step() / clock.steps()); }

        @Override
        public String describe() { return least == 0 ? "cosine" : "cosine least=" + least; }
    }

    /**
     * From 1 / div to 1 in the first {@code rise} of the steps, then down to 1 / (div finalDiv), along half a cosine or
     * a
     * line each (Smith and Topin 2018, as in PyTorch's OneCycleLR).
     */
    record OneCycle(double rise, double div, double finalDiv, boolean linear) implements Schedule {
        OneCycle {
            Limits.share("onecycle", "rise", rise);
            Limits.positive("onecycle", "div", div);
            Limits.positive("onecycle", "final_div", finalDiv);
        }

        @Override
        public double factor(Clock clock) {
            double top = Math.max(0, rise * clock.steps() - 1), end = clock.steps() - 1;
            if (clock.step() < top) return between(1 / div, 1, clock.step() / top);
            return end <= top ? 1 : between(1, 1 / (div * finalDiv), (clock.step() - top) / (end - top));
        }

        private double between(double from, double to, double share) {
            return linear ? from + (to - from) * share : anneal(from, to, share);
        }

        @Override
        public String describe() {
            return rise == 0.3 && div == 25 && finalDiv == 1e4 && !linear ? "onecycle"
                    : "onecycle rise=" + rise + " div=" + div + " final_div=" + finalDiv + " linear=" + linear;
        }
    }

    /**
     * factor = gamma^(times the monitored loss stood still for more than patience epochs), as PyTorch's
     * ReduceLROnPlateau.
     */
    record Plateau(double gamma, int patience, double threshold) implements Schedule {
        Plateau {
            Limits.share("plateau", "gamma", gamma);
            if (patience < 0) throw new UsageException("plateau: patience must be 0 or more, got " + patience);
            Limits.notNegative("plateau", "threshold", threshold);
        }

        @Override
        public double factor(Clock clock) {
            double best = Double.POSITIVE_INFINITY, factor = 1;
            int still = 0;
            for (double loss : clock.monitored()) {
                if (loss < best * (1 - threshold)) {
                    best = loss;
                    still = 0;
                } else if (++still > patience) {
                    factor *= gamma;
                    still = 0;
                }
            }
            return factor;
        }

        @Override
        public String describe() {
            return "plateau gamma=" + gamma + " patience=" + patience + " threshold=" + threshold;
        }
    }

    /**
     * factor = (start + (1 - start) step / rise) times the schedule's first, for the steps of the rise; then the
     * schedule.
     */
    record Warmup(Schedule then, double epochs, double start) implements Schedule {
        Warmup {
            Limits.notNegative("warm-up", "epochs", epochs);
            Limits.notNegative("warm-up", "start", start);
        }

        @Override
        public double factor(Clock clock) {
            long rise = Math.min(clock.steps(), Math.round(epochs * clock.epochSteps())),
                    rest = Math.max(1, clock.steps() - rise);
            long step = Math.max(0, clock.step() - rise);
            double inner = then.factor(new Clock(step, rest, clock.epochSteps(), clock.monitored()));
            return clock.step() >= rise ? inner : inner * (start + (1 - start) * clock.step() / rise);
        }

        @Override
        public String describe() { return then.describe() + " after " + epochs + " epochs of warm-up"; }
    }

    private static double anneal(double from, double to, double share) {
        return to + (from - to) / 2 * (1 + StrictMath.cos(Math.PI * share));
    }
}
