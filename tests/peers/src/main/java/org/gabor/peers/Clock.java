package org.gabor.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** Times a workload in the same way for every peer, and prints a line {@code NAME milliseconds} with the median. */
final class Clock {
    private static final int LEAST = 5;

    private final double seconds;

    /** @param seconds how long to time a workload, after a third of that to warm up */
    Clock(double seconds) {
        this.seconds = seconds;
    }

    /** Times something. */
    void time(Workload workload, Runnable run) {
        measure(workload, () -> {
            long start = System.nanoTime();
            run.run();
            return (System.nanoTime() - start) / 1e6;
        });
    }

    /** Asks something that times itself, in milliseconds. */
    void measure(Workload workload, DoubleSupplier run) {
        repeat(run, seconds / 3);
        double[] times = repeat(run, seconds).stream().mapToDouble(t -> t).toArray();
        Arrays.sort(times);
        System.out.printf(Locale.ROOT, "%s %.6f%n", workload.name(), times[times.length / 2]);
    }

    private static List<Double> repeat(DoubleSupplier run, double seconds) {
        var times = new ArrayList<Double>();
        long start = System.nanoTime();
        while (times.size() < LEAST || System.nanoTime() - start < seconds * 1e9) times.add(run.getAsDouble());
        return times;
    }
}
