package org.gabor.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.gabor.DeviceException;
import org.gabor.cuda.blas.Blas;
import org.gabor.cuda.dnn.Dnn;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.DeviceBuffer;
import org.gabor.cuda.driver.Launch;
import org.gabor.cuda.driver.Stream;
import org.gabor.tests.crash.Child;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * After a fatal error the driver refuses everything: each later call says so with the first cause, and closing is silent. In
 * a process of its own, since such an error stays with the process.
 */
class FatalErrorTest {
    @ParameterizedTest
    @CsvSource({"launch:1:700, 0, cuStreamSynchronize, ILLEGAL_ADDRESS (700)",
            "launch:1:700, 1, cuStreamSynchronize, ILLEGAL_ADDRESS (700)",
            "launch:1:719, 1, cuStreamSynchronize, LAUNCH_FAILED (719)",
            "memset:1:710, 0, cuMemsetD8Async, ASSERT (710)",
            "graph_launch:1:716, 0, cuStreamSynchronize, MISALIGNED_ADDRESS (716)",
            "alloc:4:999, 0, cuMemAlloc, UNKNOWN (999)"})
    void theContextIsLost(String fault, String late, String call, String cause) throws Exception {
        Device.software();
        List<String> words = Child.java(Broken.class);
        var builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().put("GABOR_SOFT_FAIL", fault);
        builder.environment().put("GABOR_SOFT_LATE_ERRORS", late);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        List<String> lines = said.lines().toList();
        assertThat(lines).as(said).hasSize(4);
        assertThat(lines.getFirst()).contains("GPU 0", call, cause, "last checkpoint");
        assertThat(lines.get(1)).as("a later call").isEqualTo(lines.getFirst());
        assertThat(lines.get(2)).isEqualTo("lost true");
        assertThat(lines.get(3)).isEqualTo("open after close: {} 0 0");
    }

    /** Works until something fails, then tries again, then closes everything. */
    static final class Broken {
        public static void main(String[] args) {
            Context context = Device.open();
            try (Arena arena = Arena.ofConfined(); Stream stream = context.stream(); DeviceBuffer x = context.allocate(4096);
                    DeviceBuffer more = context.allocate(1 << 20); var blas = new Blas(stream); var dnn = new Dnn(stream)) {
                Launch launch = Device.kernels(context).kernel("selftest_scale").launch(arena).block(256).pointer(x.address())
                        .pointer(more.address()).f32(1).i64(256).build();
                for (int i = 0; i < 2; i++) tell(() -> {
                    stream.zero(x.address(), 4096);
                    launch.run(stream);
                    stream.synchronize();
                    stream.capture(() -> launch.run(stream)).launch(stream);
                    stream.synchronize();
                    context.allocate(1000);
                });
                System.out.println("lost " + context.isLost());
                assertThat(List.of(blas, dnn)).isNotEmpty();
            }
            context.close();
            var live = context.live();
            System.out.println("open after close: " + live.resources() + " " + live.deviceBytes() + " " + live.cachedBytes());
        }

        private static void tell(Runnable work) {
            try {
                work.run();
                System.out.println("no error");
            } catch (DeviceException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
