package org.gabor.cuda.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JCuda's own natives, made to need cuBLAS 13. */
class ElfFileTest {
    private static final String BLAS = "/lib/libJCublas2-12.6.0-linux-x86_64.so";

    @TempDir
    Path dir;

    private static byte[] read(String name) throws IOException {
        try (InputStream in = ElfFileTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }

    @Test
    void whatJCudaNeedsIsWhatTheDynamicSectionSays() throws IOException {
        assertThat(new ElfFile(read("/lib/libJCudaDriver-12.6.0-linux-x86_64.so")).needed()).contains("libcuda.so.1")
                .doesNotContain("libcudart.so.12");
        assertThat(new ElfFile(read("/lib/libJCudnn-12.6.0-linux-x86_64.so")).needed()).contains("libcudnn.so.9");
        var blas = new ElfFile(read(BLAS));
        assertThat(blas.needed()).contains("libcublas.so.12", "libc.so.6");
        assertThat(blas.neededVersions()).contains("libcublas.so.12:libcublas.so.12", "libc.so.6:GLIBC_2.14");
        assertThat(blas.hashesAgree()).isTrue();
    }

    /** The example of the System V ABI's hash function, and versions whose hashes are printed by every readelf. */
    @Test
    void theHashIsThatOfTheAbi() {
        assertThat(ElfFile.hash("")).isZero();
        assertThat(ElfFile.hash("printf")).isEqualTo(0x077905a6);
        assertThat(ElfFile.hash("GLIBC_2.2.5")).isEqualTo(0x09691a75);
        assertThat(ElfFile.hash("GLIBC_2.14")).isEqualTo(0x06969194);
    }

    @Test
    void retargetingChangesTheNameAndTheHashOfItsVersionAndNothingElse() throws IOException {
        byte[] before = read(BLAS), after = before.clone();
        new ElfFile(after).retarget("libcublas.so.12", "libcublas.so.13");
        var changed = new ElfFile(after);
        assertThat(changed.needed()).contains("libcublas.so.13").doesNotContain("libcublas.so.12");
        assertThat(changed.neededVersions()).contains("libcublas.so.13:libcublas.so.13").noneMatch(v -> v.contains(".so.12"));
        assertThat(changed.hashesAgree()).isTrue();
        int differing = 0;
        for (int i = 0; i < before.length; i++) if (before[i] != after[i]) differing++;
        assertThat(differing).as("one digit of the name, and the hash, whose last byte has that digit").isEqualTo(2);
        new ElfFile(after).retarget("libcublas.so.13", "libcublas.so.12");
        assertThat(Arrays.equals(before, after)).as("there and back").isTrue();
    }

    @Test
    void binutilsReadsTheSame() throws Exception {
        byte[] bytes = read(BLAS);
        new ElfFile(bytes).retarget("libcublas.so.12", "libcublas.so.13");
        Path file = dir.resolve("libJCublas2.so");
        Files.write(file, bytes);
        String dynamic = readelf("-dW", file), versions = readelf("-VW", file);
        assertThat(dynamic).contains("[libcublas.so.13]").doesNotContain("libcublas.so.12");
        assertThat(versions).contains("File: libcublas.so.13", "Name: libcublas.so.13").doesNotContain("libcublas.so.12");
    }

    private static String readelf(String option, Path file) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/readelf")), "SKIPPED: needs readelf (package binutils)");
        Process process = new ProcessBuilder("/usr/bin/readelf", option, file.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void whatCannotBeDoneIsRefused() throws IOException {
        var blas = new ElfFile(read(BLAS));
        assertThatThrownBy(() -> blas.retarget("libcublas.so.12", "libcublas.so.9")).hasMessageContaining("does not fit");
        assertThatThrownBy(() -> blas.retarget("libcublas.so.11", "libcublas.so.12")).hasMessageContaining("does not need");
        byte[] whole = read(BLAS);
        for (int length : List.of(0, 3, 17, 63, 64, 4096))
            assertThatThrownBy(() -> new ElfFile(Arrays.copyOf(whole, length))).as("%d bytes", length)
                    .isInstanceOf(IllegalArgumentException.class);
        byte[] other = whole.clone();
        other[18] = (byte) 183;
        assertThatThrownBy(() -> new ElfFile(other)).hasMessageContaining("x86-64");
    }
}
