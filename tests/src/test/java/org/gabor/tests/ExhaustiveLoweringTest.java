package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A lowering that lacks an operation does not compile: javac refuses the real source less any one of its cases. */
class ExhaustiveLoweringTest {
    /** The lowerings of all backends, as classes in the sources of their modules. */
    private static final Map<String, String> LOWERINGS =
            Map.of("org/gabor/cpu/CpuLowering.java", "cpu-fallback", "org/gabor/cuda/CudaLowering.java", "cuda-backend");

    /** A case in the switch over all operations, of one line or with its result on the next. */
    private static final Pattern CASE = Pattern.compile("(?m)^ {12}case (\\w[^>]*) ->\\s.*;\\R");

    @TempDir
    Path classes;

    @TestFactory
    Stream<DynamicNode> everyLoweringNeedsEveryCase() throws IOException {
        var all = new ArrayList<DynamicNode>();
        for (String name : new TreeSet<>(LOWERINGS.keySet())) {
            String source = Files.readString(Path.of("..", LOWERINGS.get(name), "src/main/java", name));
            all.add(dynamicTest(name + " as it is", () -> assertThat(errors(name, source)).isEmpty()));
            all.add(dynamicContainer(name + " without", withoutACase(name, source)));
        }
        return all.stream();
    }

    private Stream<DynamicTest> withoutACase(String name, String source) {
        int begin = source.indexOf("switch (head.op())"), end = source.indexOf("\n        }", begin);
        assertThat(begin).as("the switch over all operations in " + name).isPositive();
        List<MatchResult> cases = CASE.matcher(source).region(begin, end).results().toList();
        assertThat(cases).hasSizeGreaterThan(5);
        return cases.stream().map(m -> dynamicTest(m.group(1).replace(" _", ""), () -> assertThat(
                errors(name, source.substring(0, m.start()) + source.substring(m.end())))
                .anyMatch(e -> e.contains("does not cover all possible input values"))));
    }

    /** What javac says against a source in place of that of a name. */
    private List<String> errors(String name, String source) {
        var file = new SimpleJavaFileObject(URI.create("string:///" + name), JavaFileObject.Kind.SOURCE) {
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
