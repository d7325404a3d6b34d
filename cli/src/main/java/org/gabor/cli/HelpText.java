package org.gabor.cli;

import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The options of {@code gabor train} under their headings: the dozen that people use, or all with --help-all. */
final class HelpText {
    private static final Set<String> USUAL = Set.of("--data", "--model", "--epochs", "--batch", "--lr", "--optimizer",
            "--schedule", "--config", "--seed", "--resume", "--out", "--device", "--help-all");

    private HelpText() {}

    /** Puts its own list of options in place of picocli's. */
    static void install(CommandLine train) {
        train.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING, _ -> "");
        train.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> options(help, all(train)));
    }

    private static boolean all(CommandLine train) { return train.getParseResult().originalArgs().contains("--help-all"); }

    private static String options(Help help, boolean all) {
        CommandSpec spec = help.commandSpec();
        var text = new StringBuilder();
        for (ArgGroupSpec group : spec.argGroups()) {
            String options = list(help, group.options(), all);
            if (!options.isEmpty()) text.append(help.createHeading(group.heading())).append(options);
        }
        List<OptionSpec> common = spec.options().stream().filter(o -> o.group() == null).toList();
        text.append(help.createHeading("%n")).append(list(help, common, all));
        if (!all) text.append(help.createHeading("%nAll options: gabor train --help-all%n"));
        return text.toString();
    }

    private static String list(Help help, List<OptionSpec> options, boolean all) {
        var layout = help.createDefaultLayout();
        for (OptionSpec o : options)
            if (all || USUAL.contains(o.longestName())) layout.addOption(o, help.parameterLabelRenderer());
        return layout.toString();
    }
}
