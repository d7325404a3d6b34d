package org.gabor.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.io.Json;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options of a run that stand in a file: {@code gabor train --config run.yaml}. They become words of the command line,
 * before those that were typed; an option that was typed goes before the one in the file.
 */
final class RunConfig {
    private static final String COMMAND = "train", OPTION = "--config";
    private static final Set<String> NOT_HERE = Set.of("config", "help");
    /** Settings of an optimizer that are options of their own. */
    private static final Set<String> OWN = Set.of("lr", "momentum", "weight_decay");

    private final Path file;
    private final Map<String, OptionSpec> options = new TreeMap<>();
    private final List<String> typed;
    private final List<String> words = new ArrayList<>();
    private final Map<String, String> places = new HashMap<>();

    /**
     * The words of a command line.
     *
     * @param places file and line of the options that are from a file
     */
    record Words(List<String> all, Map<String, String> places) {}

    private RunConfig(Path file, CommandLine command, List<String> typed) {
        this.file = file;
        this.typed = typed;
        for (OptionSpec o : command.getCommandSpec().options()) {
            String name = o.longestName().substring(2);
            if (!NOT_HERE.contains(name)) options.put(name, o);
        }
    }

    /**
     * The words with the options of the file among them, if one is named.
     *
     * @throws UsageException naming file and line, if there is no such option, or the file cannot be read
     */
    static Words expand(CommandLine gabor, List<String> typed) {
        int command = typed.indexOf(COMMAND);
        Optional<Path> file = command < 0 ? Optional.empty() : file(typed);
        if (file.isEmpty()) return new Words(typed, Map.of());
        var config = new RunConfig(file.get(), Objects.requireNonNull(gabor.getSubcommands().get(COMMAND)), typed);
        Json.Obj settings = Descriptions.object(file.get(), "the options of a run");
        Descriptions.at(file.get(), () -> {
            settings.members().forEach((key, v) -> config.setting(key, v));
            return config;
        });
        var all = new ArrayList<>(typed);
        all.addAll(command + 1, config.words);
        return new Words(all, config.places);
    }

    private static Optional<Path> file(List<String> words) {
        Optional<Path> file = Optional.empty();
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).startsWith(OPTION + "=")) file = Optional.of(Path.of(words.get(i).substring(OPTION.length() + 1)));
            if (words.get(i).equals(OPTION) && i + 1 < words.size()) file = Optional.of(Path.of(words.get(i + 1)));
        }
        return file;
    }

    private void setting(String key, Json value) {
        String name = key.replace('_', '-');
        if (!options.containsKey(name))
            throw new Json.SyntaxException(value.line(), Suggest.unknown("option", key, options.keySet()));
        boolean named = name.equals("optimizer") || name.equals("schedule") || name.equals("loss");
        switch (value) {
            case Json.Obj o when named -> named(name, o);
            case Json.Obj o when options.get(name).isMultiValue() ->
                    o.members().forEach((k, v) -> word(name, k + "=" + text(k, v), v));
            case Json.Bool b when options.get(name).arity().max() == 0 -> {
                if (b.value() && !isTyped(name)) words.add("--" + name);
            }
            default -> {
                if (!isTyped(name)) word(name, text(key, value), value);
            }
        }
    }

    /** {@code optimizer: {name: adam, beta1: 0.8}}; another one that was typed has settings of its own. */
    private void named(String option, Json.Obj o) {
        Json name = o.get("name").orElseThrow(() -> new Json.SyntaxException(o.line(), option + " has no name"));
        if (isTyped(option)) return;
        word(option, name.string("name"), name);
        o.members().forEach((key, v) -> {
            boolean own = option.equals("optimizer") && OWN.contains(key);
            if (own) setting(key, v);
            else if (!key.equals("name")) word(option + "-args", key + "=" + text(key, v), v);
        });
    }

    private void word(String name, String value, Json from) {
        words.add("--" + name + "=" + value);
        places.put("--" + name, file + ", line " + from.line());
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

    private boolean isTyped(String name) {
        return typed.stream().anyMatch(w -> w.equals("--" + name) || w.startsWith("--" + name + "="));
    }
}
