package org.gabor.tests.mistakes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gabor.cli.Console;
import org.gabor.cli.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mistakes in descriptions of networks, as a person meets them. In {@code networks.txt} a case begins with
 * {@code === what is wrong}; the comment {@code # <- text ... text} stands on the line that the error has to name, and
 * says what it has to contain, in that order.
 */
class NetworkFileMistakesTest {
    private static final String MARK = " # <- ";

    @TempDir
    static Path folder = Path.of("");

    record Mistake(String title, String yaml, int line, List<String> text) {
        @Override
        public String toString() { return title; }
    }

    static Stream<Mistake> mistakes() throws IOException {
        try (var file = Objects.requireNonNull(NetworkFileMistakesTest.class.getResourceAsStream("networks.txt"))) {
            String all = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(all.split("(?m)^=== ")).filter(c -> !c.isBlank()).map(NetworkFileMistakesTest::mistake);
        }
    }

    private static Mistake mistake(String text) {
        String[] parts = text.split("\n", 2), lines = parts[1].split("\n");
        int marked = 0;
        while (!lines[marked].contains(MARK)) marked++;
        String expected = lines[marked].substring(lines[marked].indexOf(MARK) + MARK.length());
        String yaml = parts[1] + (parts[1].contains("input: [") || parts[1].contains("\ninput:") ? "" : "input: [1, 28, 28]\n")
                + (parts[1].contains("classes:") || parts[1].contains("clases:") ? "" : "classes: 10\n");
        return new Mistake(parts[0], yaml, marked + 1, List.of(expected.split(" \\.\\.\\. ")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsNamedWithFileAndLineBeforeAnythingIsComputed(Mistake m) throws IOException {
        Path file = Files.writeString(folder.resolve("net.yaml"), m.yaml());
        assertThat(summary(file)).startsWith("2 gabor: " + file + ", line " + m.line() + ": ").containsSubsequence(m.text())
                .doesNotContain("\tat ");
    }

    @Test
    void aFileThatIsMeantToExhaustTheMachineIsRefused() throws IOException {
        Path file = folder.resolve("net.yaml");
        Files.writeString(file, "network: " + "[".repeat(100_000));
        assertThat(summary(file)).startsWith("2 gabor: " + file + ", line 1: nested deeper than 200");
        Files.writeString(file, "[".repeat(100_000));
        Path json = Files.move(file, folder.resolve("net.json"));
        assertThat(summary(json)).startsWith("2 gabor: " + json + ", line 1: nested deeper than 200");

        var laughs = new StringBuilder("a: &a0 [relu, relu]\n");
        for (int i = 1; i < 24; i++) laughs.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + "]\n");
        Files.writeString(file, laughs + "network: *a23\n");
        assertThat(summary(file)).contains("more than 100000 values, those behind anchors counted");
    }

    @Test
    void aFileThatIsNoTextIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("net.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThat(summary(file)).startsWith("2 gabor: " + file + " is no text in UTF-8");
    }

    /** Exit code and all that is said. */
    private static String summary(Path file) {
        var err = new ByteArrayOutputStream();
        var console = new Console(new PrintStream(err, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), Map.of(), Console.Screen.NONE);
        int exitCode = Main.run(console, "summary", file.toString());
        return exitCode + " " + err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void thereAreAHundredAndMore() throws IOException {
        assertThat(mistakes().map(Mistake::title).distinct()).hasSizeGreaterThanOrEqualTo(100);
    }
}
