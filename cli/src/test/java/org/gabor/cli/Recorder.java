package org.gabor.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A console that remembers what it was told, with a screen of any width. */
final class Recorder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    Console console(int columns, Map<String, String> environment) {
        return new Console(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), environment, new Console.Screen() {
                    @Override
                    public boolean showsResults() { return columns > 0; }

                    @Override
                    public boolean showsNotes() { return columns > 0; }

                    @Override
                    public int columns() { return columns; }
                });
    }

    String out() { return out.toString(StandardCharsets.UTF_8); }

    String err() { return err.toString(StandardCharsets.UTF_8); }
}
