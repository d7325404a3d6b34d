package org.gabor.tests.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.gabor.cli.Console;
import org.gabor.cli.Main;

/** One command, run in this process as if nobody sat at a terminal. */
record Cli(int exitCode, String out, String err) {
    static Cli run(String... args) { return run(Map.of(), args); }

    /** One command where variables of the environment are set. */
    static Cli run(Map<String, String> environment, String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var console = new Console(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), environment, Console.Screen.NONE);
        int exitCode = Main.run(console, args);
        return new Cli(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** A command whose words are separated by blanks. */
    static Cli line(String line) { return run(line.isEmpty() ? new String[0] : line.split(" ")); }

    /** The first line of the results that starts so. */
    String result(String start) {
        return out.lines().filter(l -> l.startsWith(start)).findFirst()
                .orElseThrow(() -> new AssertionError("no " + start + " in\n" + out + err));
    }
}
