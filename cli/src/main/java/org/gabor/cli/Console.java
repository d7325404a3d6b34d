package org.gabor.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.gabor.WriteException;

/**
 * Where output goes: results to the standard output, notes, progress and errors to the standard error. Knows whether
 * the latter is a terminal, how wide it is and whether colours are welcome. Thread-safe.
 */
public final class Console {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final Screen screen;
    private final List<String> said = new ArrayList<>();
    private Consumer<String> log = said::add;
    private CommonOptions.Colours colours = CommonOptions.Colours.AUTO;
    private boolean quiet;
    private boolean statusShown;

    /** What is known of the terminal behind the streams; asked only when it matters. */
    public interface Screen {
        /** No terminal at all. */
        Screen NONE = new Screen() {
            @Override
            public boolean showsResults() { return false; }

            @Override
            public boolean showsNotes() { return false; }

            @Override
            public int columns() { return Integer.MAX_VALUE; }
        };

        /** True if results appear on a terminal. */
        boolean showsResults();

        /** True if notes, progress and errors appear on a terminal. */
        boolean showsNotes();

        /** Its width. */
        int columns();
    }

    /**
     * A console on two streams.
     *
     * @param out takes results
     * @param err takes notes, progress and errors
     * @param environment variables that matter: NO_COLOR, TERM, COLUMNS, GABOR_*
     * @param screen what is behind the streams
     */
    public Console(PrintStream out, PrintStream err, Map<String, String> environment, Screen screen) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.screen = screen;
    }

    /** The console of this process. */
    static Console system() { return new Console(System.out, System.err, System.getenv(), new Terminal()); }

    /** Prints a result. */
    public synchronized void print(String text) {
        clearStatus();
        out.println(text);
        out.flush();
        log.accept(text);
    }

    /** Tells what goes on, unless it is to be quiet. */
    public synchronized void note(String text) {
        log.accept(text);
        if (quiet) return;
        clearStatus();
        err.println(text);
    }

    /** Tells what went wrong. */
    public synchronized void error(String text) {
        clearStatus();
        err.println(text);
        try {
            log.accept(text);
        } catch (WriteException e) {
            log = _ -> {}; // the disk may be what went wrong; the error is on the screen
        }
    }

    /** Shows a line that the next one replaces; only on a terminal. */
    public synchronized void status(String line) {
        if (quiet) return;
        err.print(CLEAR_LINE + line);
        err.flush();
        statusShown = true;
    }

    private void clearStatus() {
        if (!statusShown) return;
        err.print(CLEAR_LINE);
        err.flush();
        statusShown = false;
    }

    /** From now on only results and errors are shown. */
    synchronized void beQuiet() { quiet = true; }

    /** Hands everything that was and will be said to {@code sink} as well, line by line. */
    synchronized void logTo(Consumer<String> sink) {
        said.forEach(sink);
        said.clear();
        log = sink;
    }

    /** True if notes and progress appear on a terminal that can replace a line. */
    public boolean replacesLines() { return isCapable() && screen.showsNotes(); }

    private boolean isCapable() { return !environment.getOrDefault("TERM", "dumb").equals("dumb"); }

    /** Columns of the terminal. */
    public int columns() {
        String wanted = environment.getOrDefault("COLUMNS", "");
        return wanted.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(wanted) : screen.columns();
    }

    /** Colours as {@code --color} says. */
    void colour(CommonOptions.Colours when) { colours = when; }

    /** True if results may have colours: asked for, or a terminal and NO_COLOR (no-color.org) not set. */
    boolean colours() {
        if (colours != CommonOptions.Colours.AUTO) return colours == CommonOptions.Colours.ALWAYS;
        return environment.getOrDefault("NO_COLOR", "").isEmpty() && isCapable() && screen.showsResults();
    }

    /** True if the person asks to see stack traces. */
    boolean debug() { return !environment.getOrDefault("GABOR_DEBUG", "").isEmpty(); }

    /** The variables that matter. */
    Map<String, String> environment() { return environment; }

    /** For picocli's help texts. */
    PrintStream out() { return out; }
}
