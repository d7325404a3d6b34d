package org.gabor.cpu.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gabor.cpu.emit.Memory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CodeMemoryTest {
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final byte[] CODE = {0x48, (byte) 0xFF, 0x07, (byte) 0xC3}; // inc qword [rdi]; ret

    /** A mapping of this process. */
    private record Mapping(long from, long to, String rights) {
        boolean holds(long address) { return from <= address && address < to; }

        boolean writableAndExecutable() { return rights.startsWith("rwx"); }
    }

    private static List<Mapping> mappings() throws IOException {
        return Files.readAllLines(MAPS).stream().map(line -> {
            String[] words = line.split("[- ]", 3);
            return new Mapping(Long.parseUnsignedLong(words[0], 16), Long.parseUnsignedLong(words[1], 16),
                    words[2].substring(0, 4));
        }).toList();
    }

    /** Where the JVM keeps its own code: what it has reserved without a gap around what is writable and executable. */
    private static List<Mapping> ofTheJvm() throws IOException {
        var ranges = new ArrayList<Mapping>();
        for (Mapping m : mappings()) {
            if (!m.writableAndExecutable() && !m.rights.startsWith("---")) continue;
            boolean goesOn = !ranges.isEmpty() && ranges.getLast().to == m.from;
            ranges.add(goesOn ? new Mapping(ranges.removeLast().from, m.to, "") : m);
        }
        return ranges;
    }

    @BeforeEach
    void onlyWhereMachineCodeRuns() {
        assumeTrue(Files.isReadable(MAPS) && System.getProperty("os.arch").equals("amd64"), "no Linux on x86-64");
    }

    @Test
    void codeIsNeverWritableAndExecutable() throws IOException {
        List<Mapping> jvm = ofTheJvm();
        var installed = new ArrayList<CodeMemory>();
        for (int i = 0; i < 50; i++) installed.add(CodeMemory.install(CODE, i * 1000L));
        List<Mapping> now = mappings();
        for (CodeMemory memory : installed) {
            assertThat(rights(now, memory.code())).isEqualTo("r-xp");
            if (memory.bytes() > 4096) assertThat(rights(now, memory.table())).isEqualTo("rw-p");
        }
        assertThat(now.stream().filter(Mapping::writableAndExecutable)
                .filter(m -> jvm.stream().noneMatch(j -> j.holds(m.from) && m.to <= j.to))).isEmpty();
        installed.forEach(CodeMemory::close);
        now = mappings();
        for (CodeMemory memory : installed) assertThat(rights(now, memory.code())).doesNotContain("x");
    }

    private static String rights(List<Mapping> mappings, long address) {
        return mappings.stream().filter(m -> m.holds(address)).map(Mapping::rights).findFirst().orElse("none");
    }

    @Test
    void theTableIsZeroAndWritableAndTheCodeReachesIt() {
        try (CodeMemory memory = CodeMemory.install(CODE, 5000)) {
            assertThat(memory.table() - memory.code()).isEqualTo(4096);
            assertThat(memory.bytes()).isEqualTo(4096 + 8192);
            var table = Memory.segment(memory.table(), 5000);
            assertThat(table.toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 0);
            Memory.store(new long[] {41}, memory.table() + 4992);
            CodeMemory.call(memory.function(0), memory.table() + 4992);
            assertThat(table.get(ValueLayout.JAVA_LONG_UNALIGNED, 4992)).isEqualTo(42);
        }
    }

    @Test
    void noCodeAndNoTableIsAPage() {
        try (CodeMemory memory = CodeMemory.install(new byte[0], 0)) {
            assertThat(memory.bytes()).isEqualTo(4096);
        }
    }

    /** A mebibyte each: were they kept, the process would have ten gibibytes more. */
    @Test
    void closingGivesAllBack() throws IOException {
        long mapped = mapped();
        int mappings = mappings().size();
        for (int i = 0; i < 10_000; i++) CodeMemory.install(CODE, 1 << 20).close();
        assertThat(mapped() - mapped).isLessThan(1L << 30);
        assertThat(mappings().size() - mappings).isLessThan(100);
    }

    private static long mapped() throws IOException {
        return mappings().stream().mapToLong(m -> m.to - m.from).sum();
    }
}
