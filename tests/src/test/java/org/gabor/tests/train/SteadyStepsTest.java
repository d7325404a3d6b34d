package org.gabor.tests.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.data.Augment;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.models.Models;
import org.gabor.optim.Sgd;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.train.Device;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingListener;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A training that goes on for long needs no more than it did at first: LeNet-5 with the trainer's own feed of batches, augmented.
 */
class SteadyStepsTest {
    private static final int BATCH = 64;
    private static final Path STATM = Path.of("/proc/self/statm");
    private static final long PAGE = 4096, MIB = 1 << 20;
    /** What the trainer allocates to tell its progress, a few times a second: a record, arrays for two sums and the guard. */
    private static final long TO_TELL_PROGRESS = 512;
    /** Bytes a step, far less than the smallest object of the JVM. */
    private static final long NOTHING = 2;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Where a training was: steps made, bytes that its threads have allocated in all, bytes of the process in memory. */
    private record Mark(int steps, long allocated, long resident) {}

    @Test
    void stepsAllocateNothing() { train(1500, 500); }

    @Test
    @Tag("slow")
    void tenThousandStepsNeitherAllocateNorGrow() {
        List<Mark> marks = train(10_000, 2000);
        long grown = marks.getLast().resident - marks.getFirst().resident;
        int steps = marks.getLast().steps - marks.getFirst().steps;
        assertThat(grown).as("bytes in %d steps", steps).isLessThan(steps * MIB / 1000);
    }

    /** Trains for an epoch of {@code steps}, and returns where it was from time to time after {@code warmUp} steps. */
    private List<Mark> train(int steps, int warmUp) {
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count what threads allocate");
        assumeTrue(Files.isReadable(STATM), "no " + STATM);
        Dataset digits = Datasets.digits(0).train();
        Dataset data = digits.subset(IntStream.range(0, steps * BATCH).map(i -> i % digits.size()).toArray());
        var marks = new ArrayList<Mark>();
        try (Device device = Device.open("cpu", new BackendOptions(2))) {
            Trainer.of(Models.lenet5().build()).on(device).optimizer(Sgd.lr(0.01).momentum(0.9)).batch(BATCH)
                    .augment(Augment.LIGHT)
                    .listener(new Marks(marks)).fit(data);
            assertThat(device.backend().live()).isEqualTo(new Backend.Live(0, 0, 0));
        }
        marks.removeIf(m -> m.steps < warmUp);
        assertThat(marks).hasSizeGreaterThan(1);
        Mark first = marks.getFirst(), last = marks.getLast();
        System.getLogger("org.gabor.tests").log(System.Logger.Level.INFO,
                "LeNet-5: {0} bytes allocated and {1} bytes grown in {2} steps, of which progress was told {3} times",
                last.allocated - first.allocated, last.resident - first.resident, last.steps - first.steps, marks.size() - 1);
        assertThat(last.allocated - first.allocated).as("%s to %s, told %d times", first, last, marks.size() - 1)
                .isLessThan((last.steps - first.steps) * NOTHING + (marks.size() - 1) * TO_TELL_PROGRESS);
        return marks;
    }

    /** The training thread tells where it is. What that allocates is left out. */
    private final class Marks implements TrainingListener {
        private final List<Mark> marks;
        private final long[] pool = Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("gabor-cpu"))
                .mapToLong(Thread::threadId).toArray();
        private long byCounting;

        Marks(List<Mark> marks) {
            this.marks = marks;
        }

        @Override
        public void progress(Progress p) {
            long own = threads.getCurrentThreadAllocatedBytes(), others = 0;
            for (long id : pool) others += threads.getThreadAllocatedBytes(id);
            marks.add(new Mark(p.step(), own - byCounting + others, resident()));
            byCounting += threads.getCurrentThreadAllocatedBytes() - own;
        }
    }

    private static long resident() {
        try {
            return Long.parseLong(Files.readString(STATM).split(" ")[1]) * PAGE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
