package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A lowering that lacks an operation does not compile: javac refuses the real source less any one of its cases. */
class ExhaustiveLoweringTest {
    private static final Path LOWERING = Path.of("../cpu-fallback/src/main/java/org/gabor/cpu/CpuLowering.java");

    /** A case of one line, in the switch over all operations. */
    private static final Pattern CASE = Pattern.compile("(?m)^ {12}case (\\w[^>]*) -> .*;\\R");

    @TempDir
    Path classes;

    @Test
    void theSourceAsItIsCompiles() throws IOException { assertThat(errors(Files.readString(LOWERING))).isEmpty(); }

    @TestFactory
    Stream<DynamicTest> withoutACaseItDoesNot() throws IOException {
        String source = Files.readString(LOWERING);
        int begin = source.indexOf("switch (head.op())"), end = source.indexOf("\n        }", begin);
        assertThat(begin).as("the switch over all operations in " + LOWERING).isPositive();
        List<Matcher> cases = CASE.matcher(source).region(begin, end).results().map(r -> {
            Matcher m = CASE.matcher(source);
            m.find(r.start());
            return m;
        }).toList();
        assertThat(cases).hasSizeGreaterThan(5);
        return cases.stream().map(m -> dynamicTest(m.group(1).replace(" _", ""), () -> assertThat(
                errors(source.substring(0, m.start()) + source.substring(m.end())))
                .anyMatch(e -> e.contains("does not cover all possible input values"))));
    }

    /** What javac says against a source in place of CpuLowering. */
    private List<String> errors(String source) {
        var file = new SimpleJavaFileObject(URI.create("string:///org/gabor/cpu/CpuLowering.java"),
                JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) { return source; }
        };
        var compiler = ToolProvider.getSystemJavaCompiler();
        var said = new DiagnosticCollector<JavaFileObject>();
        try (var files = compiler.getStandardFileManager(said, Locale.ROOT, null)) {
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
            String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            var options = List.of("-proc:none", "-implicit:none", "-classpath", classPath);
            compiler.getTask(new StringWriter(), files, said, options, null, List.of(file)).call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return said.getDiagnostics().stream().filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                .map(d -> d.getMessage(Locale.ROOT)).toList();
    }
}
