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
        if (isFlow(json, 0)) return flow(json) + "\n";
        text.block(json, 0, false);
        return text.out.toString();
    }

    /** The members or items, a line each; the first goes on in a line that has begun, if {@code begun}. */
    private void block(Json json, int indent, boolean begun) {
        boolean go = begun;
        if (json instanceof Json.Arr list) {
            for (Json item : list.items()) {
                start(indent, go);
                go = false;
                out.append('-');
                if (isFlow(item, indent)) out.append(' ').append(flow(item)).append('\n');
                else {
                    out.append(' ');
                    block(item, indent + 2, true);
                }
            }
        } else if (json instanceof Json.Obj o) {
            for (var member : o.members().entrySet()) {
                start(indent, go);
                go = false;
                out.append(word(member.getKey())).append(':');
                if (isFlow(member.getValue(), indent + member.getKey().length()))
                    out.append(' ').append(flow(member.getValue())).append('\n');
                else {
                    out.append('\n');
                    block(member.getValue(), indent + 2, false);
                }
            }
        }
    }

    private void start(int indent, boolean begun) {
        if (!begun) out.append(" ".repeat(indent));
    }

    /** True for what stands on one line: values, and collections of values that are short enough. */
    private static boolean isFlow(Json json, int indent) {
        return switch (json) {
            case Json.Obj o -> o.members().isEmpty() || (indent > 0 && o.members().values().stream().allMatch(YamlText::isPlain)
                    && o.members().size() > 1 && fits(json, indent));
            case Json.Arr a -> a.items().isEmpty()
                    || (a.items().stream().allMatch(i -> i instanceof Json.Num) && fits(json, indent));
            default -> true;
        };
    }

    private static boolean isPlain(Json json) {
        return !(json instanceof Json.Obj)
                && !(json instanceof Json.Arr a && a.items().stream().anyMatch(i -> i instanceof Json.Obj || i instanceof Json.Arr));
    }

    private static boolean fits(Json json, int indent) { return indent + flow(json).length() + 4 <= LINE; }

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
