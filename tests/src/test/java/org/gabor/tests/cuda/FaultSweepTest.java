package org.gabor.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.gabor.DeviceException;
import org.gabor.DeviceMemoryException;
import org.gabor.GaborException;
import org.gabor.spi.Backend;
import org.gabor.tests.cuda.TinyTraining.Feed;
import org.gabor.tests.softgpu.SoftwareDevice;
import org.gabor.train.Device;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever call of the device fails first, from opening it to the last checkpoint of a training: the error is one that users
 * understand, nothing is left on the device, and the next training gives the bytes that it always gives. After an error that
 * can be mended it is one on the same backend, else one on the next: the software device, unlike a GPU, forgets a fatal error
 * with its context. That a process of its own does as well is shown in {@link FatalErrorTest}.
 */
@Timeout(300)
class FaultSweepTest {
    private static final Backend.Live NOTHING = new Backend.Live(0, 0, 0);
    private static final int OUT_OF_MEMORY = 2;
    private static final String WANTED = "the test wants this";
    private static final System.Logger LOG = System.getLogger("org.gabor.tests");

    private final SoftwareDevice device = org.gabor.tests.cuda.Device.software();
    @TempDir
    Path folder;

    @AfterEach
    void fresh() { device.reset(); }

    /** What came of a training in which a call was to fail. */
    private record Outcome(boolean failed, boolean reached) {}

    @ParameterizedTest
    @MethodSource("faults")
    void someCallsFailOnce(Fault fault) { sweep(fault, k -> 2 * k + 1); }

    @ParameterizedTest
    @MethodSource("faults")
    @Tag("slow")
    void everyCallFailsOnce(Fault fault) { sweep(fault, k -> k + 1); }

    /**
     * What fails.
     *
     * @param feed how the images come to the device
     * @param kind of call
     * @param code what it fails with
     * @param setting of the device that is on meanwhile, or empty
     */
    record Fault(Feed feed, String kind, int code, String setting) {
        /** Words as in {@code STREAMED launch 700 late_errors}. */
        static Fault of(String words) {
            String[] w = words.split(" ", -1);
            return new Fault(Feed.valueOf(w[0]), w[1], Integer.parseInt(w[2]), w.length > 3 ? w[3] : "");
        }

        boolean isFatal() { return code == 700 || code == 719; }

        @Override
        public String toString() { return feed + " " + kind + " " + code + " " + setting; }
    }

    static Stream<Fault> faults() {
        return Stream.of("STREAMED context 2", "STREAMED stream 2", "STREAMED event 2", "STREAMED module 209",
                "STREAMED blas_create 2", "STREAMED dnn_create 2", "STREAMED alloc 2", "RESIDENT alloc 2", "STREAMED pinned 2",
                "STREAMED copy 1", "STREAMED copy 719", "RESIDENT copy 1", "STREAMED memset 1", "STREAMED memset 700",
                "STREAMED launch 1", "RESIDENT launch 701", "STREAMED launch 700", "RESIDENT launch 719",
                "STREAMED launch 700 late_errors", "RESIDENT launch 719 lazy", "STREAMED blas 701", "STREAMED dnn 701",
                "STREAMED capture_node 701", "RESIDENT capture_node 1", "STREAMED instantiate 2", "STREAMED graph_launch 701",
                "RESIDENT graph_launch 2", "STREAMED graph_launch 700", "RESIDENT graph_launch 719 late_errors",
                "STREAMED graph_launch 719 lazy").map(Fault::of);
    }

    private void sweep(Fault fault, IntUnaryOperator next) {
        var training = TinyTraining.of(fault.feed);
        byte[] expected;
        try (Device opened = TinyTraining.open()) {
            expected = training.checkpoint(opened, folder);
        }
        int failures = 0;
        Outcome outcome;
        int k = 1;
        do {
            outcome = attempt(training, expected, fault, k);
            if (outcome.failed) failures++;
            k = next.applyAsInt(k);
        } while (outcome.reached);
        LOG.log(System.Logger.Level.INFO, "{0}: {1} failures", fault, failures);
        assertThat(failures).as("%s: calls that failed", fault).isPositive();
    }

    private Outcome attempt(TinyTraining training, byte[] expected, Fault fault, int k) {
        String what = "number " + k + " of " + fault;
        device.reset();
        if (!fault.setting.isEmpty()) device.set(fault.setting, 1);
        device.fail(fault.kind, k, fault.code);
        boolean failed = false;
        Backend backend = null;
        try (Device opened = TinyTraining.open()) {
            backend = opened.backend();
            try {
                assertThat(training.checkpoint(opened, folder)).as("%s: nobody noticed", what).isEqualTo(expected);
            } catch (GaborException e) {
                failed = true;
                check(what, e, fault);
                if (!fault.isFatal()) {
                    assertThat(backend.live()).as("%s: what is left on the open backend", what).isEqualTo(NOTHING);
                    device.reset();
                    assertThat(training.checkpoint(opened, folder)).as("%s: the next training", what).isEqualTo(expected);
                }
            }
        } catch (GaborException e) {
            failed = true;
            check(what, e, fault);
        }
        boolean reached = failed || device.message().contains(WANTED);
        if (backend != null) assertThat(backend.live()).as("%s: what is left", what).isEqualTo(NOTHING);
        assertThat(device.live()).as("%s: what is left on the device", what).isEmpty();
        return new Outcome(failed, reached);
    }

    private static void check(String what, GaborException e, Fault fault) {
        assertThat(e).as(what)
                .isInstanceOf(fault.code == OUT_OF_MEMORY ? DeviceMemoryException.class : DeviceException.class);
        assertThat(e.getMessage()).as(what).contains("GPU 0 (Gabor software device)").doesNotContain("\n").hasSizeLessThan(600);
        if (fault.isFatal()) assertThat(e).as(what).hasMessageContaining("last checkpoint");
    }
}
