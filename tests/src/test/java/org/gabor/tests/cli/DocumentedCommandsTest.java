package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.gabor.cli.Main;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.data.Images;
import org.gabor.tests.crash.Child;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every {@code gabor} command in README, docs and help texts, run by a shell as it stands there, in a folder with the
 * files that it names. Trainings are cut short by variables of the environment.
 */
class DocumentedCommandsTest {
    private static final Map<String, String> SHORT =
            Map.of("GABOR_LIMIT_BATCHES", "1", "GABOR_STEPS", "2", "GABOR_DEVICE", "cpu",
                    "GABOR_MIRROR", "http://127.0.0.1:9/");
    private static final List<String> COMMANDS = List.of("", "train", "eval", "predict", "summary", "models", "models list",
            "models show", "data", "data list", "data get", "data show", "data stats", "data export", "data verify", "bench",
            "doctor", "completion");
    /** Those that say themselves that they may end so, by the exit code. There is no network: what is fetched is not there. */
    private static final Map<String, Integer> MAY_END = Map.of("--min-acc1", 6, "data verify mnist", 3, "data get", 3);
    private static final Pattern INLINE = Pattern.compile("`(?:\\./)?(gabor [^`\n]+)`");
    private static final Path ROOT = root();

    @TempDir
    static Path dir = Path.of("");

    @BeforeAll
    static void makeWhatTheCommandsName() throws Exception {
        Path gabor = dir.resolve("gabor");
        String java = Child.java(Main.class).stream().map(w -> "'" + w + "'").collect(Collectors.joining(" "));
        Files.writeString(gabor, "#!/bin/sh\nexec " + java + " \"$@\"\n");
        assertThat(gabor.toFile().setExecutable(true)).isTrue();
        Dataset digits = Datasets.digits(0).train();
        for (String folder : List.of("DIR", "data/mnist")) mnist(dir.resolve(folder), digits);
        Path cifar = Files.createDirectories(dir.resolve("DIR")).resolve("data_batch_1.bin");
        byte[] batch = new byte[200 * 3073];
        for (int i = 0; i < 200; i++) batch[i * 3073] = (byte) (i % 10);
        Files.write(cifar, batch);
        for (String photos : List.of("photos", "samples"))
            assertThat(Cli.run("data", "export", "digits", "--out", dir.resolve(photos).toString(), "--count", "100").exitCode())
                    .isZero();
        Images.writePng(dir.resolve("seven.png"), digits, 0);
        ImageIO.write(ImageIO.read(dir.resolve("seven.png").toFile()), "jpg", dir.resolve("photos/7/seven.jpg").toFile());
        ImageIO.write(ImageIO.read(dir.resolve("seven.png").toFile()), "jpg", dir.resolve("scan.jpg").toFile());
        Files.writeString(dir.resolve("digits.csv"), csv(digits));
        Files.createDirectories(dir.resolve("docs/examples"));
        Files.copy(ROOT.resolve("docs/examples/run.yaml"), dir.resolve("docs/examples/run.yaml"));
        Files.writeString(dir.resolve("net.yaml"), Cli.line("models show lenet5").out());
        assertThat(shell("./gabor train --epochs 1")).startsWith("0\n");
        Files.copy(dir.resolve("runs/latest/best.safetensors"), dir.resolve("best.safetensors"));
    }

    private static void mnist(Path folder, Dataset digits) throws IOException {
        Files.createDirectories(folder);
        for (String part : List.of("train", "t10k")) {
            int n = 200;
            ByteBuffer images = ByteBuffer.allocate(16 + n * 784).putInt(0x803).putInt(n).putInt(28).putInt(28);
            ByteBuffer labels = ByteBuffer.allocate(8 + n).putInt(0x801).putInt(n);
            for (int i = 0; i < n; i++) {
                digits.image(i, images.array(), 16 + i * 784);
                labels.put((byte) digits.label(i));
            }
            Files.write(folder.resolve(part + "-images-idx3-ubyte"), images.array());
            Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
        }
    }

    private static String csv(Dataset digits) {
        var lines = new StringBuilder();
        byte[] pixels = new byte[digits.imageBytes()];
        for (int i = 0; i < 200; i++) {
            digits.image(i, pixels, 0);
            lines.append(digits.label(i));
            for (byte p : pixels) lines.append(',').append(p & 0xFF);
            lines.append('\n');
        }
        return lines.toString();
    }

    static Set<String> commands() throws IOException {
        var all = new LinkedHashSet<String>();
        var documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        try (var files = Files.list(ROOT.resolve("docs"))) {
            files.filter(f -> f.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
        for (Path document : documents) {
            Files.readAllLines(document).stream().filter(l -> l.startsWith("./gabor ")).map(String::strip).forEach(all::add);
            INLINE.matcher(Files.readString(document)).results().map(m -> "./" + m.group(1)).forEach(all::add);
        }
        for (String command : COMMANDS)
            Cli.line((command + " --help").strip()).out().lines().dropWhile(l -> !l.startsWith("Examples:"))
                    .filter(l -> l.startsWith("  gabor ")).map(l -> "./" + l.strip().split(" {2,}")[0]).forEach(all::add);
        all.removeIf(c -> c.contains("COMMAND"));
        return all;
    }

    @Test
    void thereAreMany() throws IOException { assertThat(commands().size()).isGreaterThan(40); }

    @ParameterizedTest
    @MethodSource("commands")
    void endsAsItShould(String command) throws Exception {
        String result = shell(command.replaceAll("imagefolder:(DIR|CIFAR|hymenoptera)", "imagefolder:photos")
                .replace("--input INPUT", "--input mean").replace("--config FILE", "--config docs/examples/run.yaml"));
        int code = Integer.parseInt(result.lines().findFirst().orElseThrow());
        var may = MAY_END.entrySet().stream().filter(e -> command.contains(e.getKey())).map(Map.Entry::getValue).toList();
        if (!may.contains(code)) assertThat(code).as(result).isZero();
    }

    /** The exit code, and everything that was printed. */
    private static String shell(String line) throws Exception {
        var shell = new ProcessBuilder("bash", "-e", "-c", line).directory(dir.toFile()).redirectErrorStream(true);
        shell.environment().putAll(SHORT);
        shell.environment().put("PATH", dir + ":" + System.getenv("PATH"));
        Path out = dir.resolve("out.txt");
        Process process = shell.redirectOutput(out.toFile()).start();
        assertThat(process.waitFor(300, TimeUnit.SECONDS)).as(line).isTrue();
        return process.exitValue() + "\n" + Files.readString(out);
    }

    private static Path root() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs/networks.md")))
            root = Objects.requireNonNull(root.getParent(), "no docs above the working folder");
        return root;
    }
}
