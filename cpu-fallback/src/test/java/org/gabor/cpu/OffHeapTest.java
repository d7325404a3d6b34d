package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gabor.DeviceMemoryException;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.emit.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffHeapTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100, OffHeap.LARGE - 1, OffHeap.LARGE, OffHeap.LARGE + 4097})
    void memoryIsZeroFromACacheLineToItsLastByte(long bytes) {
        OffHeap memory = OffHeap.allocate(bytes, "a test");
        assertThat(memory.address() % OffHeap.ALIGNMENT).isZero();
        MemorySegment all = Memory.segment(memory.address(), bytes);
        assertThat(all.mismatch(MemorySegment.ofArray(new byte[(int) bytes]))).isEqualTo(-1);
        all.fill((byte) 1);
        if (bytes > 0) assertThat(all.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) 1);
        memory.free();
    }

    @Test
    void moreThanThereIsIsAnErrorWithItsSize() {
        assertThatThrownBy(() -> OffHeap.allocate(1L << 60, "a test")).isInstanceOf(DeviceMemoryException.class)
                .hasMessageContaining("1,152,921,504,606,846,976 bytes for a test");
        assertThatThrownBy(() -> OffHeap.allocate(Long.MAX_VALUE, "a test")).isInstanceOf(DeviceMemoryException.class);
    }

    /** The fault of one byte brings a page, so that the pages show in what the process holds. */
    @Test
    void largeBlocksAreInLargePagesWhereTheSystemLendsThem() throws IOException {
        Path mode = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
        assumeTrue(Files.exists(mode) && !Files.readString(mode).contains("[never]"), "the system lends large pages");
        OffHeap memory = OffHeap.allocate(8 * OffHeap.LARGE, "a test");
        assertThat(memory.address() % Pages.LARGE).isZero();
        long before = largePagesOfThisProcess();
        for (long at = 0; at < memory.bytes(); at += Pages.LARGE) Memory.segment(memory.address() + at, 1).fill((byte) 1);
        assertThat(largePagesOfThisProcess() - before).isGreaterThanOrEqualTo(memory.bytes() / 2);
        memory.free();
    }

    /** Bytes. */
    private static long largePagesOfThisProcess() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream().filter(l -> l.startsWith("AnonHugePages:"))
                .mapToLong(l -> 1024 * Long.parseLong(l.replaceAll("\\D", ""))).sum();
    }
}
