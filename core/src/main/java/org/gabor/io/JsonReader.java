package org.gabor.io;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** A recursive-descent reader of RFC 8259 that keeps count of lines. */
final class JsonReader {
    /** Nesting beyond this is refused: a hostile file must not exhaust the stack. */
    static final int MAX_DEPTH = 200;

    private final String text;
    private int at;
    private int line = 1;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    Json read() {
        Json value = value();
        space();
        if (at < text.length()) throw error("nothing may follow the value, got '" + text.charAt(at) + "'");
        return value;
    }

    private Json value() {
        space();
        int start = line;
        if (at == text.length()) throw error("the text ends where a value was expected");
        char c = text.charAt(at);
        return switch (c) {
            case '{' -> object(start);
            case '[' -> array(start);
            case '"' -> new Json.Str(string(), start);
            case 't' -> word("true", new Json.Bool(true, start));
            case 'f' -> word("false", new Json.Bool(false, start));
            case 'n' -> word("null", new Json.Null(start));
            default -> number(start);
        };
    }

    private Json object(int start) {
        Map<String, Json> members = new LinkedHashMap<>();
        open();
        if (!skipped('}')) {
            do {
                space();
                if (at == text.length() || text.charAt(at) != '"') throw error("a name in quotes was expected");
                int nameLine = line;
                String name = string();
                space();
                expect(':');
                if (members.put(name, value()) != null)
                    throw new Json.SyntaxException(nameLine, "the name \"" + name + "\" stands twice");
            } while (more('}'));
        }
        depth--;
        return new Json.Obj(members, start);
    }

    private Json array(int start) {
        var items = new ArrayList<Json>();
        open();
        if (!skipped(']')) {
            do items.add(value());
            while (more(']'));
        }
        depth--;
        return new Json.Arr(items, start);
    }

    private void open() {
        at++;
        if (++depth > MAX_DEPTH) throw error("nested deeper than " + MAX_DEPTH);
    }

    private boolean skipped(char close) {
        space();
        if (at == text.length() || text.charAt(at) != close) return false;
        at++;
        return true;
    }

    private boolean more(char close) {
        if (skipped(close)) return false;
        expect(',');
        return true;
    }

    private void expect(char c) {
        if (at == text.length()) throw error("'" + c + "' was expected, the text ends");
        if (text.charAt(at) != c) throw error("'" + c + "' was expected, got '" + text.charAt(at) + "'");
        at++;
    }

    private Json word(String word, Json value) {
        if (!text.startsWith(word, at)) throw error("a value was expected, got '" + text.charAt(at) + "'");
        at += word.length();
        return value;
    }

    private Json number(int start) {
        int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) at++;
        String digits = text.substring(from, at);
        boolean wellFormed = digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,5})?");
        if (!wellFormed)
            throw error("a value was expected, got '" + (digits.isEmpty() ? text.charAt(at) : digits) + "'");
        return new Json.Num(new BigDecimal(digits), start);
    }

    private String string() {
        var s = new StringBuilder();
        at++;
        while (true) {
            if (at == text.length()) throw error("a string is not closed");
            char c = text.charAt(at++);
            if (c == '"') return s.toString();
            if (c < ' ') throw error("a string holds a control character; write it as \\u");
            s.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() {
        if (at == text.length()) throw error("a string is not closed");
        char c = text.charAt(at++);
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                if (at + 4 > text.length() || !text.substring(at, at + 4).matches("[0-9a-fA-F]{4}"))
                    throw error("\\u wants four hexadecimal digits");
                yield (char) Integer.parseInt(text, at, at += 4, 16);
            }
            default -> throw error("\\" + c + " is no escape");
        };
    }

    private void space() {
        for (; at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0; at++) if (text.charAt(at) == '\n') line++;
    }

    private Json.SyntaxException error(String message) { return new Json.SyntaxException(line, message); }
}
