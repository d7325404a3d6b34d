package org.gabor.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Where output goes: results to the standard output, notes, progress and errors to the standard error. Knows whether
 * the latter is a terminal, how wide it is and whether colours are welcome.
 */
public final class Console {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final BooleanSupplier terminal;
    private final IntSupplier columns;
    private final List<String> said = new ArrayList<>();
    private Consumer<String> log = said::add;
    private boolean quiet;
    private boolean statusShown;

    /**
     * A console on two streams.
     *
     * @param environment variables that matter: NO_COLOR, TERM, COLUMNS, GABOR_DEBUG
     * @param terminal whether {@code err} is a terminal
     * @param columns how wide the terminal is
     */
    public Console(PrintStream out, PrintStream err, Map<String, String> environment, BooleanSupplier terminal,
            IntSupplier columns) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.terminal = terminal;
        this.columns = columns;
    }

    /** The console of this process. */
    static Console system() {
        return new Console(System.out, System.err, System.getenv(), () -> Terminal.is(Terminal.ERR),
                () -> Terminal.columns(Terminal.ERR));
    }

    /** Prints a result. */
    public void print(String text) {
        clearStatus();
        out.println(text);
        out.flush();
        log.accept(text);
    }

    /** Tells what goes on, unless it is to be quiet. */
    public void note(String text) {
        log.accept(text);
        if (quiet) return;
        clearStatus();
        err.println(text);
    }

    /** Tells what went wrong. */
    public void error(String text) {
        clearStatus();
        err.println(text);
        log.accept(text);
    }

    /** Shows a line that the next one replaces; only on a terminal. */
    public void status(String line) {
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
    void beQuiet() { quiet = true; }

    /** Hands everything that was and will be said to {@code sink} as well, line by line. */
    void logTo(Consumer<String> sink) {
        said.forEach(sink);
        said.clear();
        log = sink;
    }

    /** True if notes and progress appear on a terminal that can replace a line. */
    public boolean terminal() { return terminal.getAsBoolean() && !"dumb".equals(environment.get("TERM")); }

    /** Columns of the terminal. */
    public int columns() {
        String said = environment.getOrDefault("COLUMNS", "");
        return said.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(said) : columns.getAsInt();
    }

    /** True if colours may be used: a terminal, and NO_COLOR (no-color.org) not set. */
    boolean colour() { return environment.getOrDefault("NO_COLOR", "").isEmpty() && terminal(); }

    /** True if the person asks to see stack traces. */
    boolean debug() { return !environment.getOrDefault("GABOR_DEBUG", "").isEmpty(); }

    /** For picocli's help texts. */
    PrintStream out() { return out; }
}
