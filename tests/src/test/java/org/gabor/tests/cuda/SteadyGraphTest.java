package org.gabor.tests.cuda;

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
import org.gabor.spi.Backend;
import org.gabor.tests.cuda.TinyTraining.Feed;
import org.gabor.tests.softgpu.SoftwareDevice;
import org.gabor.train.Device;
import org.gabor.train.TrainingListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A step on the device is the launch of one graph, and after thousands of them nothing has grown. */
class SteadyGraphTest {
    private static final Path STATM = Path.of("/proc/self/statm");
    private static final long PAGE = 4096, MIB = 1 << 20;
    /** Bytes a step, far less than the smallest object of the JVM. */
    private static final long NOTHING = 2;
    /** What the trainer allocates to tell its progress, a few times a second: a record, copies of two sums and the guard. */
    private static final long TO_TELL_PROGRESS = 8192;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final SoftwareDevice device = org.gabor.tests.cuda.Device.software();

    @AfterEach
    void fresh() { device.reset(); }

    /** Where a training was: steps, bytes its thread has allocated, bytes of the process in memory, what lives on the device. */
    private record Mark(int steps, long allocated, long resident, String onDevice) {}

    @ParameterizedTest
    @EnumSource(Feed.class)
    void hundredsOfStepsNeitherAllocateNorGrow(Feed feed) { train(feed, 600, 200); }

    @ParameterizedTest
    @EnumSource(Feed.class)
    @Tag("slow")
    void tenThousandStepsNeitherAllocateNorGrow(Feed feed) {
        List<Mark> marks = train(feed, 10_000, 2000);
        long grown = marks.getLast().resident - marks.getFirst().resident;
        int steps = marks.getLast().steps - marks.getFirst().steps;
        assertThat(grown).as("bytes in %d steps", steps).isLessThan(steps * MIB / 1000);
    }

    /** Trains for an epoch of {@code steps}, and returns where it was from time to time after {@code warmUp} steps. */
    private List<Mark> train(Feed feed, int steps, int warmUp) {
        assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count what threads allocate");
        var marks = new ArrayList<Mark>();
        try (Device opened = TinyTraining.open()) {
            var training = TinyTraining.of(feed, steps, 1);
            training.trainer(opened).listener(new Marks(marks)).fit(training.data());
            assertThat(opened.backend().live()).isEqualTo(new Backend.Live(0, 0, 0));
        }
        assertThat(device.live()).isEmpty();
        assertThat(device.get("graph_launches")).as("one a step; the first is not a graph yet").isEqualTo(steps - 1);
        marks.removeIf(m -> m.steps < warmUp);
        assertThat(marks).hasSizeGreaterThan(1);
        Mark first = marks.getFirst(), last = marks.getLast();
        System.getLogger("org.gabor.tests").log(System.Logger.Level.INFO,
                "{0}: {1} bytes allocated and {2} bytes grown in {3} steps, of which progress was told {4} times; live {5}", feed,
                last.allocated - first.allocated, last.resident - first.resident, last.steps - first.steps, marks.size() - 1,
                last.onDevice);
        assertThat(last.onDevice).isEqualTo(first.onDevice);
        assertThat(last.allocated - first.allocated).as("%s to %s, told %d times", first, last, marks.size() - 1)
                .isLessThan((last.steps - first.steps) * NOTHING + (marks.size() - 1) * TO_TELL_PROGRESS);
        return marks;
    }

    /** The training thread tells where it is. What that allocates is left out. */
    private final class Marks implements TrainingListener {
        private final List<Mark> marks;
        private long byCounting;

        Marks(List<Mark> marks) {
            this.marks = marks;
        }

        @Override
        public void progress(Progress p) {
            long own = threads.getCurrentThreadAllocatedBytes();
            marks.add(new Mark(p.step(), own - byCounting, resident(), device.live().toString()));
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
