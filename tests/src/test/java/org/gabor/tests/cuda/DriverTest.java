package org.gabor.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.gabor.DeviceException;
import org.gabor.DeviceMemoryException;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.DeviceBuffer;
import org.gabor.cuda.driver.Event;
import org.gabor.cuda.driver.Graph;
import org.gabor.cuda.driver.Kernel;
import org.gabor.cuda.driver.KernelModule;
import org.gabor.cuda.driver.Launch;
import org.gabor.cuda.driver.PinnedBuffer;
import org.gabor.cuda.driver.Resource.Kind;
import org.gabor.cuda.driver.Stream;
import org.gabor.cuda.driver.Transfer;
import org.gabor.tests.softgpu.SoftwareDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory, copies, launches and graphs of the wrappers, on the software device. */
class DriverTest {
    private static final int N = 1000;

    private SoftwareDevice device = Device.software();
    private Context context = Device.open();
    private Stream stream = context.stream();

    @BeforeEach
    void fresh() { device.reset(); }

    @AfterEach
    void everythingIsGivenBack() {
        context.close();
        assertThat(context.live().resources()).isEmpty();
        assertThat(context.live().deviceBytes()).isZero();
        assertThat(context.live().cachedBytes()).isZero();
        assertThat(device.live()).isEmpty();
    }

    private static float[] numbers(int n) {
        var values = new float[n];
        for (int i = 0; i < n; i++) values[i] = i - n / 2;
        return values;
    }

    private float[] floats(DeviceBuffer buffer, int n) {
        var values = new float[n];
        stream.download(MemorySegment.ofArray(values), buffer.address());
        return values;
    }

    private Launch scale(Arena arena, DeviceBuffer x, DeviceBuffer y, float factor) {
        return Device.kernels(context).kernel("selftest_scale").launch(arena).grid(Math.ceilDiv(N, 256)).block(256)
                .pointer(x.address()).pointer(y.address()).f32(factor).i64(N).build();
    }

    @Test
    void anyMemoryOfTheHostGoesThereAndComesBack() {
        byte[] bytes = new byte[(9 << 20) + 3];
        new Random(1).nextBytes(bytes);
        DeviceBuffer buffer = context.allocate(bytes.length);
        stream.upload(buffer.address(), MemorySegment.ofArray(bytes));
        byte[] back = new byte[bytes.length];
        stream.download(MemorySegment.ofArray(back), buffer.address());
        assertThat(back).isEqualTo(bytes);
        stream.upload(buffer.address(), MemorySegment.ofArray(new byte[0]));
    }

    @Test
    void copiesAndFillsKeepTheirOrderOnAStream() {
        DeviceBuffer a = context.allocate(4 * N), b = context.allocate(4 * N);
        PinnedBuffer pinned = context.pinned(4 * N);
        pinned.segment().copyFrom(MemorySegment.ofArray(numbers(N)));
        stream.copyIn(a.address(), pinned.segment());
        stream.copy(b.address(), a.address(), 4 * N);
        stream.zero(a.address(), 4 * N);
        stream.fill(b.address() + 4, Float.floatToIntBits(7), 2);
        stream.copyOut(pinned.segment(), b.address());
        stream.synchronize();
        float[] expected = numbers(N);
        expected[1] = expected[2] = 7;
        assertThat(pinned.segment().toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
        assertThat(floats(a, N)).containsOnly(0);
        assertThat(stream.isDone()).isTrue();
    }

    @Test
    void aStreamWaitsForAnEventOfAnother() {
        device.set("lazy", 1);
        Stream other = context.stream();
        DeviceBuffer a = context.allocate(4 * N);
        PinnedBuffer in = context.pinned(4 * N), out = context.pinned(4 * N);
        in.segment().copyFrom(MemorySegment.ofArray(numbers(N)));
        Event begun = context.event(), copied = context.event();
        stream.record(begun);
        stream.copyIn(a.address(), in.segment());
        stream.record(copied);
        other.await(copied);
        other.copyOut(out.segment(), a.address());
        other.synchronize();
        assertThat(out.segment().toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(numbers(N));
        copied.synchronize();
        assertThat(copied.isReached()).isTrue();
        assertThat(copied.nanosSince(begun)).isNotNegative();
    }

    @Test
    void aLaunchPassesItsArgumentsInOrder() {
        DeviceBuffer x = context.allocate(4 * N), y = context.allocate(4 * N);
        stream.upload(x.address(), MemorySegment.ofArray(numbers(N)));
        try (Arena arena = Arena.ofConfined()) {
            scale(arena, x, y, 0.5f).run(stream);
            stream.synchronize();
        }
        float[] expected = numbers(N);
        for (int i = 0; i < N; i++) expected[i] *= 0.5f;
        assertThat(floats(y, N)).isEqualTo(expected);
    }

    @Test
    void aStructIsPassedByValue() {
        DeviceBuffer words = context.allocate(4 * 8);
        KernelModule module = Device.kernels(context);
        try (Arena arena = Arena.ofConfined()) {
            Kernel reverse = module.kernel("selftest_reverse");
            stream.upload(words.address(), MemorySegment.ofArray(new int[] {1, 2, 3, 4, 5, 6, 7, 8}));
            MemorySegment pointer = arena.allocateFrom(ValueLayout.JAVA_LONG, words.address());
            reverse.launch(arena).block(8).shared(32).struct(pointer).build().run(stream);
            var back = new int[8];
            stream.download(MemorySegment.ofArray(back), words.address());
            assertThat(back).containsExactly(8, 7, 6, 5, 4, 3, 2, 1);
        }
    }

    @Test
    void kernelsSayWhatTheyNeed() {
        Kernel kernel = Device.kernels(context).kernel("selftest_reverse");
        assertThat(kernel.attributes().maxThreads()).isBetween(32, 1024);
        assertThat(kernel.blocksPerMultiprocessor(128, 0)).isPositive();
        kernel.allowShared(64 << 10);
    }

    @Test
    void aCaptureRunsNothingAndItsGraphEverything() {
        DeviceBuffer x = context.allocate(4 * N), y = context.allocate(4 * N);
        stream.upload(x.address(), MemorySegment.ofArray(numbers(N)));
        stream.zero(y.address(), 4 * N);
        try (Arena arena = Arena.ofConfined()) {
            Launch twice = scale(arena, x, y, 2), thrice = scale(arena, y, x, 3);
            Graph graph = stream.capture(() -> {
                twice.run(stream);
                thrice.run(stream);
                stream.fill(y.address(), 0, 1);
            });
            assertThat(graph.nodes()).isEqualTo(3);
            assertThat(floats(y, N)).as("nothing has run").containsOnly(0);
            graph.upload(stream);
            graph.launch(stream);
            graph.launch(stream);
            float[] expected = numbers(N);
            for (int i = 0; i < N; i++) expected[i] *= 36;
            assertThat(floats(x, N)).isEqualTo(expected);
            assertThat(device.get("graph_launches")).isEqualTo(2);
        }
    }

    @Test
    void aCaptureThatFailsLeavesTheStreamUsable() {
        DeviceBuffer x = context.allocate(4 * N);
        assertThatThrownBy(() -> stream.capture(() -> {
            stream.zero(x.address(), 4 * N);
            throw new IllegalStateException("in the middle");
        })).hasMessage("in the middle");
        assertThatThrownBy(() -> stream.capture(stream::synchronize)).as("waiting while capturing")
                .isInstanceOf(DeviceException.class).hasMessageContainingAll("cuStreamSynchronize", "capturing");
        stream.zero(x.address(), 4 * N);
        assertThat(floats(x, N)).containsOnly(0);
        assertThat(context.live().resources()).doesNotContainKey(Kind.GRAPH);
    }

    @Test
    void runningAllocatesNoJavaMemory() {
        DeviceBuffer x = context.allocate(4 * N), y = context.allocate(4 * N);
        PinnedBuffer pinned = context.pinned(4 * N);
        Transfer in = Transfer.in(x.address(), pinned.segment());
        try (Arena arena = Arena.ofConfined()) {
            Launch launch = scale(arena, x, y, 2);
            Graph graph = stream.capture(() -> launch.run(stream));
            Runnable step = () -> {
                in.run(stream);
                launch.run(stream);
                graph.launch(stream);
                stream.synchronize();
            };
            for (int i = 0; i < 100; i++) step.run();
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) step.run();
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).as("bytes in 1000 steps").isLessThan(1000);
        }
    }

    @Test
    void closedMemoryIsUsedAgainWhereItFits() {
        DeviceBuffer first = context.allocate(100_000);
        long address = first.address();
        first.close();
        first.close();
        assertThat(context.live().cachedBytes()).isEqualTo(100_352);
        device.reset();
        DeviceBuffer same = context.allocate(99_000);
        assertThat(same.address()).isEqualTo(address);
        assertThat(device.get("allocations")).isZero();
        assertThat(context.allocate(99_000).address()).as("taken").isNotEqualTo(address);
        same.close();
        assertThat(context.allocate(50_000).address()).as("more than a quarter too large").isNotEqualTo(address);
        context.trim();
        assertThat(context.live().cachedBytes()).isZero();
    }

    @Test
    void whatIsKeptIsGivenBackBeforeMemoryRunsOut() {
        device.set("memory", 64 << 20);
        for (int i = 1; i <= 4; i++) context.allocate(i << 22).close();
        assertThat(context.live().cachedBytes()).isEqualTo(40 << 20);
        DeviceBuffer large = context.allocate(60 << 20);
        assertThat(context.live().cachedBytes()).isZero();
        assertThatThrownBy(() -> context.allocate(6 << 20)).isInstanceOf(DeviceMemoryException.class)
                .hasMessageContainingAll("GPU 0", "6,291,456 bytes asked for", "4,194,304 of 67,108,864 free",
                        "62,914,560 in use", "smaller batch");
        large.close();
        assertThat(context.allocate(6 << 20).bytes()).isEqualTo(6 << 20);
        assertThat(context.memory().total()).isEqualTo(64 << 20);
    }

    @ParameterizedTest
    @CsvSource({"alloc, 2, DeviceMemoryException", "pinned, 2, DeviceMemoryException", "stream, 304, DeviceException",
            "event, 304, DeviceException", "module, 209, DeviceException", "copy, 1, DeviceException",
            "memset, 1, DeviceException", "launch, 701, DeviceException", "instantiate, 2, DeviceMemoryException",
            "capture_node, 2, DeviceMemoryException", "graph_launch, 304, DeviceException"})
    void afterAFailureThatCanBeMendedTheSameWorks(String kind, int code, String exception) {
        for (int k = 1; k <= 2; k++) {
            device.fail(kind, k, code);
            Throwable failure = catchThrowable(this::everything);
            assertThat(failure).as("%s %d", kind, k).isNotNull();
            assertThat(failure.getClass().getSimpleName()).isEqualTo(exception);
            assertThat(failure).hasMessageContaining("GPU 0 (Gabor software device)");
            assertThat(context.isLost()).isFalse();
            everything();
        }
    }

    /** Each kind of call twice. */
    private void everything() {
        for (int i = 0; i < 2; i++) {
            context.trim();
            try (Stream other = context.stream(); Event event = context.event(); DeviceBuffer x = context.allocate(4 * N);
                    PinnedBuffer pinned = context.pinned(4 * N); KernelModule module = Device.kernels(context);
                    Arena arena = Arena.ofConfined()) {
                other.copyIn(x.address(), pinned.segment());
                other.zero(x.address(), 4 * N);
                Launch launch = module.kernel("selftest_scale").launch(arena).block(256).pointer(x.address())
                        .pointer(x.address()).f32(1).i64(N).build();
                launch.run(other);
                try (Graph graph = other.capture(() -> {
                    launch.run(other);
                    launch.run(other);
                })) {
                    graph.launch(other);
                    other.record(event);
                    other.synchronize();
                }
            }
        }
    }

    @Test
    void theCompilersWordsAreInTheMessage() {
        assertThatThrownBy(() -> context.module("broken", "no ptx".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(DeviceException.class).hasMessageContainingAll("broken", "ptxas", "INVALID_PTX (218)");
        KernelModule module = Device.kernels(context);
        assertThatThrownBy(() -> module.kernel("nobody")).hasMessageContainingAll("nobody in selftest", "NOT_FOUND (500)");
    }

    @Test
    void everyPlatformThreadCanUseItAndNoVirtualOne() throws InterruptedException {
        DeviceBuffer x = context.allocate(4 * N);
        var failures = new ConcurrentLinkedQueue<String>();
        Runnable work = () -> {
            Throwable failure = catchThrowable(() -> {
                stream.zero(x.address(), 4 * N);
                stream.synchronize();
            });
            failures.add(failure == null ? "none" : String.valueOf(failure.getMessage()));
        };
        Thread platform = Thread.ofPlatform().start(work);
        platform.join();
        assertThat(failures.poll()).isEqualTo("none");
        Thread virtual = Thread.ofVirtual().start(work);
        virtual.join();
        assertThat(failures.poll()).contains("virtual thread", "platform thread");
    }

    @Test
    void theContextClosesWhatIsLeftOpen() {
        Device.kernels(context);
        context.event();
        context.pinned(100);
        DeviceBuffer buffer = context.allocate(100);
        assertThat(context.live().resources()).containsEntry(Kind.MODULE, 1).containsEntry(Kind.DEVICE_BUFFER, 1);
        context.close();
        buffer.close();
        assertThatThrownBy(stream::synchronize).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> context.allocate(1)).hasMessageContaining("closed");
    }
}
