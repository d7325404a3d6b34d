package org.gabor.optim;

import java.util.List;

/** A learning rate as a function of time: a factor for the optimizer's rate, so that a schedule has no state. */
public interface Schedule {
    /**
     * Where a training is.
     *
     * @param step the step about to be made, from 0
     * @param steps steps of the whole run
     * @param epochSteps steps of an epoch
     * @param monitored the monitored figure (a loss: less is better) of every epoch that is over
     */
    record Clock(long step, long steps, int epochSteps, List<Double> monitored) {
        public Clock {
            monitored = List.copyOf(monitored);
        }

        /** Epochs that are over. */
        long epoch() { return step / epochSteps; }
    }

    /** The factor at a step. */
    double factor(Clock clock);

    /** The name and settings as they are recorded with a run. */
    String describe();

    /**
     * The same schedule behind a linear rise: in the first {@code epochs} the factor grows from {@code start} times the
     * schedule's first one to that one; then the schedule runs over the remaining steps (Goyal et al. 2017).
     */
    default Schedule warmup(double epochs, double start) {
        return epochs == 0 ? this : new Schedules.Warmup(this, epochs, start);
    }

    /** A rise from a tenth. */
    default Schedule warmup(double epochs) { return warmup(epochs, 0.1); }
}
