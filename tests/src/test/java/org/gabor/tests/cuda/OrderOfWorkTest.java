package org.gabor.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.gabor.tests.cuda.TinyTraining.Feed;
import org.gabor.tests.softgpu.SoftwareDevice;
import org.gabor.train.Device;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A training gives the same bytes in whatever order the device does what nothing has put in order: streams that do nothing
 * until something waits for them show a missing event, threads that run from the last to the first a missing barrier.
 */
class OrderOfWorkTest {
    private final SoftwareDevice device = org.gabor.tests.cuda.Device.software();
    @TempDir
    Path folder;

    @AfterEach
    void fresh() { device.reset(); }

    @ParameterizedTest
    @EnumSource(Feed.class)
    void doesNotMatter(Feed feed) {
        byte[] atOnce = trained(feed, 0, 0);
        assertThat(trained(feed, 1, 0)).as("lazy streams").isEqualTo(atOnce);
        assertThat(trained(feed, 0, 1)).as("reversed threads").isEqualTo(atOnce);
        assertThat(trained(feed, 1, 1)).as("both").isEqualTo(atOnce);
    }

    private byte[] trained(Feed feed, int lazy, int reversed) {
        device.reset();
        device.set("lazy", lazy);
        device.set("reversed", reversed);
        try (Device opened = TinyTraining.open()) {
            return TinyTraining.of(feed, 8, 2).checkpoint(opened, folder);
        }
    }
}
