package org.gabor.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.io.Json;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Options that are not typed: from {@code GABOR_*} variables, from the file of {@code train --config}, and from the
 * configuration of the run that {@code train --resume} goes on with. They become words of the command line before those
 * that were typed, for each option those of the first source that has it.
 */
final class OptionSources {
    private static final Set<String> NOT_HERE =
            Set.of("config", "resume", "help", "help-all", "version", "print-config", "dry-run");
    /** Settings of an optimizer that are options of their own. */
    private static final Set<String> OWN = Set.of("lr", "momentum", "weight_decay");

    /** Variables that are no options: what the launcher reads, and {@link Console#debug}. */
    private static final Set<String> OTHER_VARIABLES = Set.of("GABOR_JAVA_HOME", "GABOR_JAVA_OPTS", "GABOR_DEBUG");

    private final Map<String, OptionSpec> options = new TreeMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Map<String, String> origins = new LinkedHashMap<>();

    /**
     * The words of a command line.
     *
     * @param origins of the options that were not typed, by name
     */
    record Words(List<String> all, Map<String, String> origins) {}

    private OptionSources(ParseResult command) {
        for (OptionSpec o : command.commandSpec().options()) {
            String name = name(o);
            if (!NOT_HERE.contains(name)) options.put(name, o);
        }
        command.matchedOptions().forEach(o -> taken.add(name(o)));
    }

    private static String name(OptionSpec option) { return option.longestName().substring(2); }

    /**
     * The words with all that is set elsewhere among them.
     *
     * @throws UsageException naming the place, if there is no such option, or a file cannot be read
     */
    static Words expand(CommandLine gabor, List<String> typed, Map<String, String> environment) {
        ParseResult command;
        try {
            command = gabor.parseArgs(typed.toArray(String[]::new));
        } catch (ParameterException e) {
            return new Words(typed, Map.of()); // will be reported when they are read for good
        }
        int at = 0;
        var words = new ArrayList<>(typed);
        while (command.hasSubcommand()) {
            command = command.subcommand();
            at += 1 + words.subList(at, words.size()).indexOf(command.commandSpec().name());
        }
        if (command.isUsageHelpRequested()) return new Words(typed, Map.of());
        var sources = new OptionSources(command);
        List<String> variables = sources.variables(environment), file = List.of();
        if (command.commandSpec().userObject() instanceof TrainCommand train) {
            boolean named = sources.taken.stream().anyMatch(List.of("model", "data", "name")::contains);
            Optional<Path> run = train.resumed(named);
            run.ifPresent(r -> goOnWith(words, r, train));
            file = train.configured(run).map(sources::file).orElse(List.of());
            train.origins(sources.all(command));
        }
        words.addAll(at, variables);
        words.addAll(at, file);
        return new Words(words, sources.origins);
    }

    /** A warning for each variable GABOR_* that nothing reads, with the one that may have been meant. */
    static List<String> unknown(CommandLine gabor, Map<String, String> environment) {
        var known = new TreeSet<>(OTHER_VARIABLES);
        addVariables(gabor, known);
        return environment.keySet().stream().filter(v -> v.startsWith("GABOR_") && !known.contains(v)).sorted()
                .map(v -> "warning: nothing reads the variable " + v
                        + Suggest.closest(v, known).map(near -> "; did you mean " + near + "?").orElse(""))
                .toList();
    }

    private static void addVariables(CommandLine command, Set<String> to) {
        for (OptionSpec o : command.getCommandSpec().options()) if (!NOT_HERE.contains(name(o))) to.add(variable(name(o)));
        command.getSubcommands().values().forEach(sub -> addVariables(sub, to));
    }

    private static String variable(String option) { return "GABOR_" + option.replace('-', '_').toUpperCase(Locale.ROOT); }

    /** {@code --resume} and what was typed with it become {@code --resume=RUN}. */
    private static void goOnWith(List<String> words, Path run, TrainCommand train) {
        int at = words.indexOf("--resume");
        if (at < 0) at = words.indexOf("--resume=" + train.typedResume());
        else if (!train.typedResume().isEmpty()) words.remove(at + 1);
        words.set(at, "--resume=" + run);
    }

    /** Where every option is from that is set anywhere. */
    private Map<String, String> all(ParseResult command) {
        var all = new LinkedHashMap<>(origins);
        command.matchedOptions().forEach(o -> all.merge("--" + name(o), "command line", (a, b) -> a + ", " + b));
        return all;
    }

    private List<String> variables(Map<String, String> environment) {
        var words = new ArrayList<String>();
        options.keySet().forEach(name -> {
            String variable = variable(name);
            String value = environment.getOrDefault(variable, "");
            if (!value.isEmpty() && taken.add(name)) word(words, name, value, variable);
        });
        return words;
    }

    private List<String> file(Path file) {
        Json.Obj settings = Descriptions.object(file, "the options of a run");
        return Descriptions.at(file, () -> {
            var words = new ArrayList<String>();
            settings.members().forEach((key, v) -> setting(words, file, key, v));
            return words;
        });
    }

    private void setting(List<String> words, Path file, String key, Json value) {
        String name = key.replace('_', '-');
        OptionSpec option = options.get(name);
        if (option == null)
            throw new Json.SyntaxException(value.line(), Suggest.unknown("option", key, options.keySet()));
        boolean named = name.equals("optimizer") || name.equals("schedule") || name.equals("loss");
        String origin = file + ", line " + value.line();
        switch (value) {
            case Json.Obj o when named -> named(words, file, name, o);
            case Json.Obj o when option.isMultiValue() ->
                    o.members().forEach((k, v) -> word(words, name, k + "=" + text(k, v), origin));
            case Json.Bool b when option.arity().max() == 0 -> {
                if (b.value() && !taken.contains(name)) words.add("--" + name);
            }
            default -> {
                if (!taken.contains(name)) word(words, name, text(key, value), origin);
            }
        }
    }

    /** {@code optimizer: {name: adam, beta1: 0.8}}; another one that was typed has settings of its own. */
    private void named(List<String> words, Path file, String option, Json.Obj o) {
        Json name = o.get("name").orElseThrow(() -> new Json.SyntaxException(o.line(), option + " has no name"));
        if (taken.contains(option)) return;
        word(words, option, name.string("name"), file + ", line " + name.line());
        o.members().forEach((key, v) -> {
            boolean own = option.equals("optimizer") && OWN.contains(key);
            if (own) setting(words, file, key, v);
            else if (!key.equals("name"))
                word(words, option + "-args", key + "=" + text(key, v), file + ", line " + v.line());
        });
    }

    private void word(List<String> words, String name, String value, String origin) {
        words.add("--" + name + "=" + value);
        origins.put("--" + name, origin);
    }

    /** What would be typed. */
    private static String text(String key, Json value) {
        return switch (value) {
            case Json.Str s -> s.value();
            case Json.Num _,Json.Bool _ -> value.text();
            case Json.Arr list -> list.items().stream().map(i -> text(key, i)).collect(Collectors.joining("/"));
            case Json.Obj _,Json.Null _ -> throw new Json.SyntaxException(value.line(),
                    key + " must be a number, a word, or true or false, got " + value.text());
        };
    }
}
