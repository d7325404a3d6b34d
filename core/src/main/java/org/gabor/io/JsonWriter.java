package org.gabor.io;

import java.util.Iterator;

/** Writes JSON, compact or over several lines. */
final class JsonWriter {
    private static final int LINE = 100;

    private JsonWriter() {}

    static void compact(Json json, StringBuilder out) {
        switch (json) {
            case Json.Obj o -> {
                out.append('{');
                for (var i = o.members().entrySet().iterator(); i.hasNext();) {
                    var member = i.next();
                    quote(member.getKey(), out);
                    out.append(": ");
                    compact(member.getValue(), out);
                    comma(i, out);
                }
                out.append('}');
            }
            case Json.Arr a -> {
                out.append('[');
                for (var i = a.items().iterator(); i.hasNext();) {
                    compact(i.next(), out);
                    comma(i, out);
                }
                out.append(']');
            }
            case Json.Str s -> quote(s.value(), out);
            case Json.Num n -> out.append(n.value());
            case Json.Bool b -> out.append(b.value());
            case Json.Null _ -> out.append("null");
        }
    }

    /** Values that fit on a line stand on one; others get a line a member. */
    static void pretty(Json json, StringBuilder out, int indent) {
        String line = json.text();
        boolean leaf = !(json instanceof Json.Obj || json instanceof Json.Arr);
        if (leaf || indent + line.length() <= LINE) {
            out.append(line);
        } else if (json instanceof Json.Obj o) {
            out.append('{');
            for (var i = o.members().entrySet().iterator(); i.hasNext();) {
                var member = i.next();
                newLine(out, indent + 2);
                quote(member.getKey(), out);
                out.append(": ");
                pretty(member.getValue(), out, indent + 2);
                if (i.hasNext()) out.append(',');
            }
            newLine(out, indent);
            out.append('}');
        } else if (json instanceof Json.Arr a) {
            out.append('[');
            for (var i = a.items().iterator(); i.hasNext();) {
                newLine(out, indent + 2);
                pretty(i.next(), out, indent + 2);
                if (i.hasNext()) out.append(',');
            }
            newLine(out, indent);
            out.append(']');
        }
    }

    private static void comma(Iterator<?> rest, StringBuilder out) {
        if (rest.hasNext()) out.append(", ");
    }

    private static void newLine(StringBuilder out, int indent) { out.append('\n').append(" ".repeat(indent)); }

    private static void quote(String s, StringBuilder out) {
        out.append('"');
        s.chars().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < ' ') out.append(String.format("\\u%04x", c));
                    else out.append((char) c);
                }
            }
        });
        out.append('"');
    }
}
