package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Precision;
import org.gabor.tests.softgpu.SoftwareDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A cuDNN that takes no convolution with the channels last gets it with the channels first. */
class ConvolutionRefusalTest {
    private final BackendProvider cuda =
            UnderTest.all().filter(p -> p.name().equals("cuda/software")).findFirst().orElseThrow();

    @AfterEach
    void takesAllAgain() {
        if (cuda.unavailable().isEmpty()) SoftwareDevice.get().reset();
    }

    @Test
    void everyConvolutionIsComputedAllTheSame() {
        cuda.unavailable().ifPresent(why -> assumeTrue(false, cuda.name() + " skipped: " + why));
        SoftwareDevice.get().set("cudnn_nhwc", 0);
        List<Case> convolutions = Cases.all().stream().filter(c -> c.op().startsWith("Conv2d")).toList();
        assertThat(convolutions).hasSizeGreaterThan(100);
        try (Backend backend = cuda.open(new BackendOptions(0, "", Precision.FP32, true))) {
            for (Case c : convolutions) Conformance.check(backend, c);
        }
        assertThat(SoftwareDevice.get().live()).isEmpty();
    }
}
