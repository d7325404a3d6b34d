package org.gabor.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gabor.DeviceMemoryException;
import org.gabor.spi.Backend;
import org.gabor.tests.cuda.TinyTraining.Feed;
import org.gabor.tests.softgpu.SoftwareDevice;
import org.gabor.train.Device;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A batch that is too large for the device is refused with the largest one that is not, which is then found to fit. */
class OutOfMemoryTest {
    private static final int MIB = 1 << 20, TOO_LARGE = 8192;
    private static final Pattern FITS = Pattern.compile("the largest batch that fits is (\\d+) \\(it was (\\d+)\\)$");

    private final SoftwareDevice device = org.gabor.tests.cuda.Device.software();
    @TempDir
    Path folder;

    @AfterEach
    void fresh() { device.reset(); }

    @ParameterizedTest
    @EnumSource(Feed.class)
    void theLargestBatchThatFitsIsNamedAndFits(Feed feed) {
        device.set("memory", 48 * MIB);
        var training = TinyTraining.of(feed, TOO_LARGE / TinyTraining.BATCH, 1);
        try (Device opened = TinyTraining.open()) {
            int fits = refused(training, opened, TOO_LARGE);
            assertThat(refused(training, opened, fits + 1)).as("one more does not").isEqualTo(fits);
            assertThatCode(() -> fit(training, opened, fits)).as("a batch of %d", fits).doesNotThrowAnyException();
            assertThat(opened.backend().live()).isEqualTo(new Backend.Live(0, 0, 0));
        }
        assertThat(device.live()).isEmpty();
    }

    @Test
    void whereNoBatchFitsItSaysSo() {
        device.set("memory", 32 * MIB + 40_000);
        try (Device opened = TinyTraining.open()) {
            var e = catchThrowableOfType(DeviceMemoryException.class,
                    () -> fit(TinyTraining.of(Feed.STREAMED, 2, 1), opened, TinyTraining.BATCH));
            assertThat(e).hasMessageContaining("a batch of 1 image would not fit either (it was 4)");
        }
    }

    private static int refused(TinyTraining training, Device opened, int batch) {
        var e = catchThrowableOfType(DeviceMemoryException.class, () -> fit(training, opened, batch));
        assertThat(e).hasMessageMatching("GPU 0 \\(Gabor software device\\) has not enough memory: [0-9,]+ bytes asked for,"
                + " [0-9,]+ of 50,331,648 free, [0-9,]+ in use by Gabor; .*");
        Matcher m = FITS.matcher(String.valueOf(e.getMessage()));
        assertThat(m.find()).as(e.getMessage()).isTrue();
        assertThat(m.group(2)).isEqualTo("" + batch);
        return Integer.parseInt(m.group(1));
    }

    private static void fit(TinyTraining training, Device opened, int batch) {
        training.trainer(opened).batch(batch).limitBatches(1).fit(training.data(), Optional.of(training.held()));
    }
}
