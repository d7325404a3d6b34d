package org.gabor.optim;

/** A learning rate as a function of time: a factor for the optimizer's rate, so that a schedule has no state. */
public interface Schedule {
    /**
     * The factor at a step.
     *
     * @param step the step about to be made, from 0
     * @param steps steps of the whole run
     * @param epochSteps steps of an epoch
     */
    double factor(long step, long steps, int epochSteps);

    /** The name and settings as they are recorded with a run. */
    String describe();

    /**
     * The same schedule behind a linear rise: over the first {@code epochs} the factor grows from {@code 1 / steps of
     * the rise} to the schedule's own, which runs over the remaining steps (Goyal et al. 2017).
     */
    default Schedule warmup(double epochs) { return epochs == 0 ? this : new Schedules.Warmup(this, epochs); }
}
