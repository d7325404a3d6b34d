package org.gabor.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.gabor.Suggest;
import org.gabor.data.Augment;
import org.gabor.data.BadImages;
import org.gabor.train.Monitor;
import org.gabor.train.Preprocessing;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** Starts the command line. */
public final class Main {
    private static final int HELP_WIDTH = 100;

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) { System.exit(run(Console.system(), args)); }

    /** Runs one command and returns its exit code, 0 to 9; never throws. One that is interrupted ends the process. */
    public static int run(Console console, String... args) {
        try {
            CommandLine gabor = commandLine(console);
            var words = OptionSources.expand(gabor, List.of(args), console.environment());
            gabor.setParameterExceptionHandler((e, _) -> Failures.reportUsage(console, e, words.origins()));
            return gabor.execute(words.all().toArray(String[]::new));
        } catch (Throwable e) {
            return Failures.report(console, e, console.debug());
        }
    }

    /** All commands. */
    static CommandLine commandLine(Console console) {
        var gabor = new CommandLine(new GaborCommand());
        var train = new CommandLine(new TrainCommand(console));
        gabor.addSubcommand(train);
        gabor.addSubcommand(new EvalCommand(console));
        gabor.addSubcommand(new PredictCommand(console));
        gabor.addSubcommand(new SummaryCommand(console));
        gabor.addSubcommand(new ModelsCommand(console));
        gabor.addSubcommand(new CommandLine(new DataCommand(console)).addSubcommand(new DataGetCommand(console))
                .addSubcommand(new DataVerifyCommand(console)));
        gabor.addSubcommand(new BenchCommand(console));
        gabor.addSubcommand(new DoctorCommand(console));
        gabor.addSubcommand(new CompletionCommand(console));
        complete(gabor);
        HelpText.install(train);
        gabor.registerConverter(CommonOptions.Colours.class, choice(CommonOptions.Colours.values()));
        gabor.registerConverter(TrainProgress.Style.class, choice(TrainProgress.Style.values()));
        gabor.registerConverter(EvalCommand.Part.class, choice(EvalCommand.Part.values()));
        gabor.registerConverter(PredictCommand.Format.class, choice(PredictCommand.Format.values()));
        gabor.registerConverter(DeviceOptions.Numbers.class, choice(DeviceOptions.Numbers.values()));
        gabor.registerConverter(BadImages.class, choice(BadImages.values()));
        gabor.registerConverter(Preprocessing.class, choice(Preprocessing.values()));
        gabor.registerConverter(Augment.class, choice(Augment.values()));
        gabor.registerConverter(Duration.class, Times::parse);
        gabor.registerConverter(Monitor.class, Monitor::named);
        gabor.setUsageHelpWidth(HELP_WIDTH);
        gabor.setUsageHelpLongOptionsMaxWidth(28);
        gabor.setOut(new PrintWriter(console.out(), true, console.out().charset()));
        gabor.setExecutionExceptionHandler(
                (e, line, parsed) -> Failures.report(console, e, console.debug() || has(parsed, "-v")));
        gabor.setExecutionStrategy(parsed -> {
            if (has(parsed, "-q")) console.beQuiet();
            colours(parsed).ifPresent(console::colour);
            OptionSources.unknown(gabor, console.environment()).forEach(console::note);
            if (has(parsed, "-h") || !parsed.hasSubcommand())
                gabor.setColorScheme(Help.defaultColorScheme(console.colours() ? Help.Ansi.ON : Help.Ansi.OFF));
            return new CommandLine.RunLast().execute(parsed);
        });
        return gabor;
    }

    /** What all commands have in common. */
    private static void complete(CommandLine command) {
        command.addMixin("common", new CommonOptions());
        command.getCommandSpec().usageMessage().synopsisHeading("%nUsage: ").parameterListHeading("%n")
                .optionListHeading("%n").commandListHeading("%nCommands:%n").sortOptions(false);
        command.getSubcommands().values().forEach(Main::complete);
    }

    /** Reads the name of a constant, in small letters. */
    private static <E extends Enum<E>> ITypeConverter<E> choice(E[] constants) {
        return text -> {
            List<String> known = Arrays.stream(constants).map(c -> c.name().toLowerCase(Locale.ROOT)).toList();
            int i = known.indexOf(text);
            if (i < 0) throw new TypeConversionException(Suggest.unknown("value", text, known));
            return constants[i];
        };
    }

    private static boolean has(ParseResult parsed, String option) {
        return parsed.hasMatchedOption(option) || (parsed.hasSubcommand() && has(parsed.subcommand(), option));
    }

    /** What {@code --color} says, wherever it stands. */
    private static Optional<CommonOptions.Colours> colours(ParseResult parsed) {
        if (parsed.hasMatchedOption("--color")) return Optional.of(parsed.matchedOption("--color").getValue());
        return parsed.hasSubcommand() ? colours(parsed.subcommand()) : Optional.empty();
    }
}
