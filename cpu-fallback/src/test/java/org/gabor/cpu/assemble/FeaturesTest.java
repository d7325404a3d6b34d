package org.gabor.cpu.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FeaturesTest {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** The kernel lists what processor and system can do together, and has read it in its own way. */
    @Test
    void theInstructionSetsAreThoseThatTheSystemTells() throws IOException {
        assumeTrue(System.getProperty("os.arch").equals("amd64") && Files.isReadable(CPUINFO), "no Linux on x86-64");
        String line = Files.readAllLines(CPUINFO).stream().filter(l -> l.startsWith("flags")).findFirst().orElseThrow();
        Set<String> flags = Set.of(line.substring(line.indexOf(':') + 1).strip().split(" "));
        Set<Isa> expected = EnumSet.noneOf(Isa.class);
        if (flags.containsAll(List.of("avx2", "fma"))) expected.add(Isa.AVX2);
        if (flags.containsAll(List.of("avx2", "fma", "avx512f", "avx512dq", "avx512bw", "avx512vl"))) expected.add(Isa.AVX512);
        assertThat(Features.detect()).isEqualTo(expected);
    }

    @Test
    void theWidestIsTakenUnlessOneIsAskedFor() {
        Set<Isa> found = Features.detect();
        for (Isa isa : Isa.values()) {
            String name = isa.name().toLowerCase(Locale.ROOT);
            if (found.contains(isa)) assertThat(AssembledEmitter.create(name).label()).isEqualTo(isa.label);
            else assertThatThrownBy(() -> AssembledEmitter.create(name)).hasMessageContaining(name);
        }
        assumeTrue(!found.isEmpty(), "no instruction set that kernels are written for");
        Isa widest = found.contains(Isa.AVX512) ? Isa.AVX512 : Isa.AVX2;
        assertThat(AssembledEmitter.create(null).label()).isEqualTo(widest.label);
    }
}
