package org.gabor.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.data.Images;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library snippet of the README compiles as it stands there, trains, saves, loads and names an image. */
class ReadmeTest {
    private static final String IMPORTS = """
            import java.nio.file.Path;
            import java.util.List;
            import org.gabor.data.*;
            import org.gabor.models.*;
            import org.gabor.optim.*;
            import org.gabor.train.*;
            """;

    @TempDir
    Path folder;

    @Test
    void theSnippetDoesWhatItSays() throws Exception {
        writeASeven(folder.resolve("seven.png"));
        String body = snippet().replace("Path.of(\"", "Path.of(System.getProperty(\"gabor.readme.folder\"), \"");
        Path source = folder.resolve("Snippet.java");
        Files.writeString(source, IMPORTS + "public class Snippet { public static void main(String[] args) {\n" + body + "}}\n");
        var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "the tests run on a JDK");
        var problems = new ByteArrayOutputStream();
        int status = compiler.run(null, null, problems, "-proc:none", "-cp", System.getProperty("java.class.path"), "-d",
                folder.toString(), source.toString());
        assertThat(status).as(problems.toString(UTF_8)).isZero();

        List<String> printed = run().lines().toList();
        assertThat(printed).hasSize(2);
        assertThat(Double.parseDouble(printed.get(0))).as("test accuracy").isGreaterThan(0.97);
        assertThat(printed.get(1)).isEqualTo("7");
        assertThat(folder.resolve("best.safetensors")).exists();
    }

    private static String snippet() throws Exception {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("README.md")) || !Files.exists(root.resolve("gabor")))
            root = Objects.requireNonNull(root.getParent(), "no README.md above the working folder");
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(root.resolve("README.md")));
        assertThat(block.find()).as("a java block in README.md").isTrue();
        return block.group(1);
    }

    private static void writeASeven(Path file) {
        Dataset digits = Datasets.digits(0).test();
        int seven = 0;
        while (digits.label(seven) != 7) seven++;
        Images.writePng(file, digits, seven);
    }

    private String run() throws Exception {
        PrintStream out = System.out;
        var printed = new ByteArrayOutputStream();
        System.setProperty("gabor.readme.folder", folder.toString());
        System.setOut(new PrintStream(printed, true, UTF_8));
        try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass("Snippet").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(out);
            System.clearProperty("gabor.readme.folder");
        }
        return printed.toString(UTF_8);
    }
}
