package org.gabor.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.gabor.io.Json;
import org.gabor.train.Monitor;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** All settings of a training and where each is from: {@code gabor train --print-config}. */
final class PrintedConfig {
    private static final List<String> NOT_SHOWN = List.of("config", "resume", "size", "help", "help-all", "verbose", "quiet",
            "json",
            "dry-run", "print-config");
    /** Settings of an optimizer that are options of their own. */
    private static final List<String> OWN = List.of("lr", "momentum", "weight_decay");

    private record Setting(String name, Object value, String origin) {}

    private final Map<String, String> origins;
    private final String recipe;
    private final Map<String, Setting> settings = new LinkedHashMap<>();

    /**
     * The settings.
     *
     * @param config what affects the result, as it is recorded with a run
     * @param origins of options that were set, by name
     * @param model whose recipe gives what is not set
     */
    PrintedConfig(Map<String, Object> config, CommandSpec command, Map<String, String> origins, String model) {
        this.origins = origins;
        this.recipe = "recipe of " + model;
        config.forEach(this::put);
        for (OptionSpec o : command.options()) {
            String name = o.longestName().substring(2), key = name.replace('-', '_');
            Object value = o.getValue();
            boolean isSet = value != null && !(value instanceof Map<?, ?> m && m.isEmpty());
            if (isSet && !settings.containsKey(key) && !NOT_SHOWN.contains(name)) put(key, typed(value));
        }
    }

    /** As it would be typed. */
    private static Object typed(Object value) {
        return switch (value) {
            case Number n -> n;
            case Boolean b -> b;
            case Duration d -> d.toMillis() + "ms";
            case Monitor m -> m.label();
            case Enum<?> e -> e.name().toLowerCase(Locale.ROOT);
            default -> value.toString();
        };
    }

    private void put(String key, Object value) {
        Json json = Json.of(value);
        if (json instanceof Json.Obj o && (key.equals("optimizer") || key.equals("schedule") || key.equals("loss")))
            named(key, o);
        else settings.put(key, new Setting(key, json, origin(key, usual(key))));
    }

    /** An optimizer's, schedule's or loss's name, and its settings under the options they are set by. */
    private void named(String key, Json.Obj o) {
        var rest = new LinkedHashMap<String, Object>(o.members());
        Object name = Objects.requireNonNull(rest.remove("name"));
        String usual = origin(key, usual(key));
        settings.put(key, new Setting(key, name, usual));
        boolean isOwn = !usual.equals(usual(key));
        String without = isOwn ? "default of " + ((Json) name).string(key) : usual(key);
        for (String own : key.equals("optimizer") ? OWN : List.<String>of()) {
            Object value = rest.remove(own);
            if (value != null) settings.put(own, new Setting(own, value, origin(own, without)));
        }
        if (!rest.isEmpty()) settings.put(key + "_args", new Setting(key + "_args", rest, origin(key + "_args", without)));
    }

    private String usual(String key) {
        return List.of("optimizer", "schedule", "epochs", "batch", "augment").contains(key) ? recipe : "default";
    }

    private String origin(String key, String usual) { return origins.getOrDefault("--" + key.replace('_', '-'), usual); }

    /** YAML that {@code --config} reads, the origins as comments. */
    String text() {
        var lines = new ArrayList<String[]>();
        int width = 0;
        for (Setting s : settings.values()) {
            String line = s.name + ": " + Json.of(s.value).text();
            lines.add(new String[] {line, s.origin});
            width = Math.max(width, Math.min(line.length(), 40));
        }
        var text = new StringBuilder();
        for (String[] line : lines)
            text.append(line[0]).append(" ".repeat(Math.max(0, width - line[0].length()))).append("  # ").append(line[1])
                    .append('\n');
        return text.toString().stripTrailing();
    }

    /** The same as data: value and origin by name. */
    Map<String, Object> json() {
        var all = new LinkedHashMap<String, Object>();
        settings.forEach((name, s) -> {
            var one = new LinkedHashMap<String, Object>();
            one.put("value", s.value);
            one.put("origin", s.origin);
            all.put(name, one);
        });
        return all;
    }
}
