package org.gabor.cuda.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is loaded is what came out of the jars, whatever lay there before and whoever else extracts. */
class NativeFilesTest {
    @TempDir
    Path cache;

    @BeforeEach
    void linux() { assumeTrue(System.getProperty("os.name").equals("Linux"), "the folder's rights are those of Linux"); }

    private static Map<String, String> hashes(Path folder) throws Exception {
        var hashes = new TreeMap<String, String>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList())
                hashes.put(String.valueOf(file.getFileName()),
                        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
        }
        return hashes;
    }

    private static List<Path> listed(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void theFolderIsPrivateAndHoldsThreeLibraries() throws Exception {
        Path folder = NativeFiles.prepare(cache, 12);
        assertThat(folder.getParent()).isEqualTo(cache);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwx------");
        assertThat(hashes(folder)).containsOnlyKeys("libJCublas2-12.6.0-linux-x86_64.so",
                "libJCudaDriver-12.6.0-linux-x86_64.so", "libJCudnn-12.6.0-linux-x86_64.so");
        assertThat(String.valueOf(folder.getFileName())).matches("[0-9a-f]{64}");
    }

    @Test
    void cuda13HasAFolderOfItsOwnWhereOnlyTheBlasDiffers() throws Exception {
        Map<String, String> twelve = hashes(NativeFiles.prepare(cache, 12));
        Path folder = NativeFiles.prepare(cache, 13);
        assertThat(listed(cache)).hasSize(2);
        Map<String, String> thirteen = hashes(folder);
        assertThat(thirteen.keySet()).isEqualTo(twelve.keySet());
        thirteen.entrySet().removeAll(twelve.entrySet());
        assertThat(thirteen).containsOnlyKeys("libJCublas2-12.6.0-linux-x86_64.so");
        byte[] blas = Files.readAllBytes(folder.resolve("libJCublas2-12.6.0-linux-x86_64.so"));
        assertThat(new ElfFile(blas).needed()).contains("libcublas.so.13");
    }

    @Test
    void aFileThatWasPlantedOrCutOffIsReplaced() throws Exception {
        Path folder = NativeFiles.prepare(cache, 12);
        Map<String, String> right = hashes(folder);
        Path driver = folder.resolve("libJCudaDriver-12.6.0-linux-x86_64.so");
        byte[] whole = Files.readAllBytes(driver);

        Files.write(driver, Arrays.copyOf(whole, whole.length / 2));
        assertThat(hashes(NativeFiles.prepare(cache, 12))).as("cut off").isEqualTo(right);

        whole[whole.length / 2] ^= 1;
        Files.write(driver, whole);
        assertThat(hashes(NativeFiles.prepare(cache, 12))).as("one bit, same length").isEqualTo(right);

        Path elsewhere = cache.resolve("elsewhere.so");
        Files.copy(driver, elsewhere);
        Files.delete(driver);
        Files.createSymbolicLink(driver, elsewhere);
        assertThat(hashes(NativeFiles.prepare(cache, 12))).as("a link to a good copy").isEqualTo(right);
        assertThat(Files.isSymbolicLink(driver)).isFalse();
    }

    @Test
    void aGoodFileIsLeftAlone() throws Exception {
        Path folder = NativeFiles.prepare(cache, 12);
        Path driver = folder.resolve("libJCudaDriver-12.6.0-linux-x86_64.so");
        Object first = Files.getAttribute(driver, "unix:ino");
        assertThat(NativeFiles.prepare(cache, 12)).isEqualTo(folder);
        assertThat(Files.getAttribute(driver, "unix:ino")).isEqualTo(first);
    }

    @Test
    void aFolderThatOthersCouldWriteToIsMadePrivate() throws Exception {
        Path folder = NativeFiles.prepare(cache, 12);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        NativeFiles.prepare(cache, 12);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwx------");
    }

    @Test
    void aLinkInPlaceOfTheFolderIsNotFollowed() throws Exception {
        Path folder = NativeFiles.prepare(cache, 12);
        Path moved = cache.resolve("moved");
        Files.move(folder, moved);
        Files.createSymbolicLink(folder, moved);
        Path instead = NativeFiles.prepare(cache, 12);
        assertThat(instead).isNotEqualTo(folder);
        assertThat(hashes(instead)).as("in a temporary folder").isEqualTo(hashes(moved));
    }

    @Test
    void aCacheThatCannotBeWrittenIsReplacedByATemporaryFolder() throws Exception {
        Path file = Files.createFile(cache.resolve("file"));
        Path folder = NativeFiles.prepare(file.resolve("natives"), 12);
        assertThat(hashes(folder)).hasSize(3);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwx------");
    }

    @Test
    void anyNumberCanExtractAtOnce() throws Exception {
        Map<String, String> right = hashes(NativeFiles.prepare(cache.resolve("alone"), 12));
        Path together = cache.resolve("together");
        var tasks = new ArrayList<Callable<Path>>();
        for (int i = 0; i < 8; i++) tasks.add(() -> NativeFiles.prepare(together, 12));
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var done : threads.invokeAll(tasks)) assertThat(hashes(done.get())).isEqualTo(right);
        }
    }

    @Test
    void twoProcessesCanExtractAtOnce() throws Exception {
        Path together = cache.resolve("together");
        var processes = new ArrayList<Process>();
        for (int i = 0; i < 2; i++) processes.add(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-cp", System.getProperty("java.class.path"), Extracting.class.getName(), together.toString())
                .inheritIO().start());
        for (Process process : processes) assertThat(process.waitFor()).isZero();
        assertThat(listed(together)).hasSize(1);
        assertThat(hashes(listed(together).getFirst())).isEqualTo(hashes(NativeFiles.prepare(cache.resolve("alone"), 12)));
    }

    /** Spoils and restores again and again what the other process does as well. */
    static final class Extracting {
        public static void main(String[] args) throws Exception {
            for (int i = 0; i < 5; i++) {
                Path folder = NativeFiles.prepare(Path.of(args[0]), 12);
                for (Path file : listed(folder)) Files.deleteIfExists(file);
            }
            NativeFiles.prepare(Path.of(args[0]), 12);
        }
    }
}
