package org.gabor.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gabor.GaborException;
import org.gabor.Suggest;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns everything that can go wrong into one clear paragraph and an exit code. */
final class Failures {
    private static final int DEFECT = 1, USAGE = 2, MEMORY = 8;

    private Failures() {}

    /** Reports what a command threw. */
    static int report(Console console, Throwable e, boolean trace) {
        Optional<GaborException> known = known(e);
        if (known.isPresent()) {
            console.error("gabor: " + known.get().getMessage() + (trace ? "\n" + stackTrace(e) : ""));
            return known.get().exitCode();
        }
        if (e instanceof OutOfMemoryError) {
            console.error("gabor: Java's heap of " + Figures.bytes(Runtime.getRuntime().maxMemory())
                    + " is too small for this (" + e.getMessage() + "); enlarge it: GABOR_JAVA_OPTS=-Xmx8g ./gabor ..."
                    + (trace ? "\n" + stackTrace(e) : ""));
            return MEMORY;
        }
        console.error("gabor: this is a defect of Gabor, not a mistake of yours; please report it with what follows\n"
                + stackTrace(e));
        return DEFECT;
    }

    /**
     * Reports a command line that makes no sense.
     *
     * @param origins where options that were not typed are from
     */
    static int reportUsage(Console console, ParameterException e, Map<String, String> origins) {
        String place = e.getArgSpec() instanceof OptionSpec o ? origins.get(o.longestName()) : null;
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String message = known(e).map(Throwable::getMessage).orElseGet(() -> text(e));
        console.error(command + ": " + (place == null ? "" : place + ": ") + message + "\nTry: " + command + " --help");
        return USAGE;
    }

    private static Optional<GaborException> known(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) if (t instanceof GaborException g) return Optional.of(g);
        return Optional.empty();
    }

    private static String text(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) return plain(String.valueOf(e.getMessage()));
        CommandLine command = e.getCommandLine();
        String got = unmatched.getUnmatched().getFirst();
        if (got.startsWith("-")) {
            String option = got.split("=", 2)[0];
            List<String> known = new ArrayList<>(command.getCommandSpec().optionsMap().keySet());
            return "unknown option '" + option + "'"
                    + Suggest.closest(option, known).map(o -> "; did you mean '" + o + "'?").orElse("");
        }
        if (!command.getSubcommands().isEmpty())
            return Suggest.unknown("command", got, command.getSubcommands().keySet());
        return "does not know what to do with '" + got + "'";
    }

    /** Picocli names Java's types. */
    private static String plain(String message) {
        return message.replace("is not a double", "is not a number").replace("option option", "option")
                .replaceAll("is not an? (int|long)$", "is not a whole number");
    }

    private static String stackTrace(Throwable e) {
        var text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }
}
