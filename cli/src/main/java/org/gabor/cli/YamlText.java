package org.gabor.cli;

import java.util.stream.Collectors;
import org.gabor.io.Json;

/** Writes YAML as a person would: a line for a layer, blocks for what has layers in it. */
final class YamlText {
    private static final int LINE = 100;

    private final StringBuilder out = new StringBuilder();

    private YamlText() {}

    /** The value, over several lines. */
    static String of(Json json) {
        var text = new YamlText();
        text.block(json, 0, false);
        return text.out.toString();
    }

    /** The members or items, a line each; the first one goes on in the line that has begun, if {@code begun}. */
    private void block(Json json, int indent, boolean begun) {
        boolean goesOn = begun;
        if (json instanceof Json.Arr list) {
            for (Json item : list.items()) {
                out.append(goesOn ? "" : " ".repeat(indent)).append("- ");
                goesOn = false;
                boolean named = item instanceof Json.Obj o && o.members().size() == 1;
                if (!named && isFlow(item, indent)) out.append(flow(item)).append('\n');
                else block(item, indent + 2, true);
            }
        } else if (json instanceof Json.Obj o) {
            for (var member : o.members().entrySet()) {
                String name = word(member.getKey());
                out.append(goesOn ? "" : " ".repeat(indent)).append(name).append(':');
                goesOn = false;
                if (isFlow(member.getValue(), indent + name.length()))
                    out.append(' ').append(flow(member.getValue())).append('\n');
                else {
                    out.append('\n');
                    block(member.getValue(), indent + 2, false);
                }
            }
        } else out.append(flow(json)).append('\n');
    }

    /** True for what stands on one line: all that is short enough and has no list of layers in it. */
    private static boolean isFlow(Json json, int indent) {
        return isSimple(json) && indent + flow(json).length() + 4 <= LINE;
    }

    private static boolean isSimple(Json json) {
        return switch (json) {
            case Json.Obj o -> o.members().values().stream().allMatch(YamlText::isSimple);
            case Json.Arr a -> a.items().stream().noneMatch(i -> i instanceof Json.Obj || i instanceof Json.Arr);
            default -> true;
        };
    }

    private static String flow(Json json) {
        return switch (json) {
            case Json.Obj o -> o.members().entrySet().stream().map(m -> word(m.getKey()) + ": " + flow(m.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
            case Json.Arr a -> a.items().stream().map(YamlText::flow).collect(Collectors.joining(", ", "[", "]"));
            case Json.Str s -> word(s.value());
            default -> json.text();
        };
    }

    /** Words that cannot be taken for anything else need no quotes. */
    private static String word(String s) {
        boolean plain = s.matches("[A-Za-z_][A-Za-z0-9_./-]*") && !s.matches("(?i)true|false|null|yes|no|on|off|y|n");
        return plain ? s : Json.of(s).text();
    }
}
