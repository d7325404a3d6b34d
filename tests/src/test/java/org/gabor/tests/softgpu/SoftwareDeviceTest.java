package org.gabor.tests.softgpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The C++ tests of the device: {@code src/softgpu/selftest}. */
class SoftwareDeviceTest {
    @Test
    void passesItsOwnTests() throws Exception { assertThat(selftest(SoftwareDevice.get().folder())).endsWith(" 0 failures\n"); }

    @Tag("slow")
    @Test
    void passesThemUnderTheSanitizers() throws Exception {
        assertThat(selftest(SoftwareDevice.build("softgpu-address", "address,undefined"))).endsWith(" 0 failures\n");
    }

    @Test
    void isSteeredFromJava() {
        SoftwareDevice device = SoftwareDevice.get();
        device.set("memory", 12345);
        assertThat(device.get("memory")).isEqualTo(12345);
        device.reset();
        assertThat(device.get("memory")).isGreaterThan(12345);
        assertThat(device.get("never")).isZero();
        assertThat(device.live()).isEmpty();
        assertThatThrownBy(() -> device.set("colour", 1)).hasMessageContaining("colour");
    }

    private static String selftest(Path folder) throws IOException, InterruptedException {
        Path ptx = SoftwareDevice.sources().resolve("selftest/selftest.ptx");
        String program = folder.resolve("selftest").toString();
        Process process = new ProcessBuilder(program, ptx.toString()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
