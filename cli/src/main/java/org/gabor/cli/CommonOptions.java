package org.gabor.cli;

import picocli.CommandLine.Option;

/** What every command knows. {@link Main} and {@link Failures} look at -q, -v and --color. */
final class CommonOptions {
    /** When output has colours. */
    enum Colours {
        AUTO, ALWAYS, NEVER
    }

    @Option(names = {"-h", "--help", "--help-all"}, usageHelp = true, description = "Shows this text; the latter, all options.")
    boolean help;

    @Option(names = "--color", paramLabel = "WHEN",
            description = "auto (default): on a terminal, unless NO_COLOR is set; always or never.")
    Colours color = Colours.AUTO;

    @Option(names = {"-v", "--verbose"}, description = "Shows a stack trace with every error (also: GABOR_DEBUG=1).")
    boolean verbose;

    @Option(names = {"-q", "--quiet"}, description = "Only results and errors; no notes, no progress.")
    boolean quiet;
}
