package org.gabor.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The CUDA kernels compute what their references do, and the PTX that is committed was made from them. */
class KernelSourcesTest {
    private static final Path MODULE = module();
    private static final Path SOURCES = MODULE.resolve("src/main/cuda");
    private static final Path PTX = MODULE.resolve("src/main/resources/org/gabor/kernels");
    private static final String REMEDY = "run native-kernels/build.sh where nvcc is, and commit what it makes";

    @Test
    void thePtxIsThatOfTheSources() throws IOException, NoSuchAlgorithmException {
        var recorded = new TreeMap<String, String>();
        for (String line : Files.readAllLines(PTX.resolve("sources.sha256"))) {
            String[] hashAndName = line.split(" {2}", 2);
            recorded.put(hashAndName[1], hashAndName[0]);
        }
        var actual = new TreeMap<String, String>();
        for (Path source : files(SOURCES, ".cu", ".cuh")) actual.put(name(source), sha256(source));
        assertThat(actual).as(REMEDY).isEqualTo(recorded);
    }

    @Test
    void everySourceHasPtxThatCuda11DriversTake() throws IOException {
        List<String> families = files(SOURCES, ".cu").stream().map(KernelSourcesTest::family).toList();
        assertThat(files(PTX, ".ptx").stream().map(KernelSourcesTest::family)).as(REMEDY).containsExactlyElementsOf(families);
        for (Path ptx : files(PTX, ".ptx"))
            assertThat(Files.readString(ptx)).as(ptx.toString()).startsWith(".version 7.0\n.target sm_75\n");
    }

    @Test
    void kernelsAgreeWithTheirReferences() throws IOException, InterruptedException {
        assertThat(check(Duration.ofMinutes(1), "short")).contains("20 shapes");
    }

    @Tag("slow")
    @Test
    void kernelsAgreeWithTheirReferencesOnManyShapes() throws IOException, InterruptedException {
        List<String> lines = check(Duration.ofMinutes(10)).lines().toList();
        assertThat(lines).allMatch(line -> line.endsWith(": 200 shapes"));
        for (Path source : files(SOURCES, ".cu"))
            assertThat(lines).as("checks of " + source).anyMatch(line -> line.startsWith(family(source) + "_"));
    }

    /** What the checks say, which g++ compiles with the sanitizers for addresses and undefined behaviour. */
    private static String check(Duration atMost, String... arguments) throws IOException, InterruptedException {
        assumeTrue(Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "g++"))),
                "KERNELS NOT CHECKED: there is no g++ here. Install it to compile and check the CUDA kernels on the CPU.");
        var command = new ArrayList<>(List.of(MODULE.resolve("check.sh").toString()));
        command.addAll(List.of(arguments));
        Process check = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(check.getInputStream().readAllBytes(), UTF_8);
        assertThat(check.waitFor(atMost)).isTrue();
        assertThat(check.exitValue()).as(said).isZero();
        return said;
    }

    private static Path module() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("native-kernels/check.sh")))
            root = Objects.requireNonNull(root.getParent(), "no native-kernels above the working folder");
        return root.resolve("native-kernels");
    }

    private static List<Path> files(Path folder, String... endings) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> Stream.of(endings).anyMatch(e -> name(f).endsWith(e))).sorted().toList();
        }
    }

    private static String name(Path file) { return file.getFileName().toString(); }

    private static String family(Path file) { return name(file).substring(0, name(file).indexOf('.')); }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
