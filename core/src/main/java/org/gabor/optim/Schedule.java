package org.gabor.optim;

import java.util.List;

/** A learning rate as a function of time: a factor for the optimizer's rate, so that a schedule has no state. */
public interface Schedule {
    /** Where a training is. It moves on with the training, so that a step makes no new one. */
    final class Clock {
        private long step;
        private final long steps;
        private final int epochSteps;
        private final List<Double> monitored;

        /**
         * A clock.
         *
         * @param step the step about to be made, from 0
         * @param steps steps of the whole run
         * @param epochSteps steps of an epoch
         * @param monitored the monitored figure (a loss: less is better) of every epoch that is over
         */
        public Clock(long step, long steps, int epochSteps, List<Double> monitored) {
            this.step = step;
            this.steps = steps;
            this.epochSteps = epochSteps;
            this.monitored = List.copyOf(monitored);
        }

        /** The step about to be made. */
        public long step() { return step; }

        /** Steps of the whole run. */
        public long steps() { return steps; }

        /** Steps of an epoch. */
        public int epochSteps() { return epochSteps; }

        /** The monitored figure of every epoch that is over. */
        public List<Double> monitored() { return monitored; }

        /** Epochs that are over. */
        long epoch() { return step / epochSteps; }

        /** A step was made. */
        public void advance() { step++; }
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
