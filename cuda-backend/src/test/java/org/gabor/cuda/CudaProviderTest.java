package org.gabor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gabor.DeviceException;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Backends;
import org.junit.jupiter.api.Test;

class CudaProviderTest {
    @Test
    void isFoundOnTheClassPathAndSaysWhyItCannotRun() {
        assertThat(Backends.all()).singleElement().satisfies(cuda -> {
            assertThat(cuda.name()).isEqualTo("cuda");
            assertThat(cuda.unavailable()).hasValueSatisfying(why -> assertThat(why).contains("--device cpu"));
        });
    }

    @Test
    void askingForItByNameFailsWithTheReasonAndTheRemedy() {
        assertThatThrownBy(() -> Backends.open("cuda", BackendOptions.DEFAULT)).isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("device cuda cannot be used: ", "--device cpu");
    }
}
