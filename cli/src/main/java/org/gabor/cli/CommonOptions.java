package org.gabor.cli;

import picocli.CommandLine.Option;

/** What every command knows. {@link Main} and {@link Failures} look at -q and -v. */
final class CommonOptions {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this text.")
    boolean help;

    @Option(names = {"-v", "--verbose"}, description = "Shows a stack trace with every error (also: GABOR_DEBUG=1).")
    boolean verbose;

    @Option(names = {"-q", "--quiet"}, description = "Only results and errors; no notes, no progress.")
    boolean quiet;
}
