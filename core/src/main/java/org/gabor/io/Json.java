package org.gabor.io;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value (RFC 8259) that knows the line it came from. Reading is strict: no comments, no duplicate keys, no depth
 * beyond {@link JsonReader#MAX_DEPTH}. Writing is exact: a double is written with as many digits as bring it back.
 */
public sealed interface Json {
    /** The line in the text it was read from, counted from 1; 0 for a value that was made. */
    int line();

    /** An object; members keep their order. */
    record Obj(Map<String, Json> members, int line) implements Json {
        /** The member of that name. */
        public Optional<Json> get(String key) { return Optional.ofNullable(members.get(key)); }
    }

    /** An array. */
    record Arr(List<Json> items, int line) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    /** A string. */
    record Str(String value, int line) implements Json {}

    /** A number, as it was written. */
    record Num(BigDecimal value, int line) implements Json {}

    /** true or false. */
    record Bool(boolean value, int line) implements Json {}

    /** null. */
    record Null(int line) implements Json {}

    /** A text that is not JSON, or not the JSON that was expected. The message starts with the line. */
    final class SyntaxException extends RuntimeException {
        /** An error at a line. */
        public SyntaxException(int line, String message) {
            super("line " + line + ": " + message);
        }
    }

    /**
     * Reads one JSON value.
     *
     * @throws SyntaxException with the line, if the text is no JSON
     */
    static Json parse(String text) { return new JsonReader(text).read(); }

    /**
     * A value made of Java's own types: Map, Iterable, CharSequence, Number, Boolean, Json.
     *
     * @throws IllegalArgumentException for another type, or a number that is not finite
     */
    static Json of(Object value) {
        return switch (value) {
            case Json json -> json;
            case Map<?, ?> map -> {
                var members = new LinkedHashMap<String, Json>();
                map.forEach((k, v) -> members.put(k.toString(), of(v)));
                yield new Obj(members, 0);
            }
            case Iterable<?> list -> {
                var items = new ArrayList<Json>();
                list.forEach(v -> items.add(of(v)));
                yield new Arr(items, 0);
            }
            case CharSequence s -> new Str(s.toString(), 0);
            case Boolean b -> new Bool(b, 0);
            case Integer i -> new Num(BigDecimal.valueOf(i), 0);
            case Long l -> new Num(BigDecimal.valueOf(l), 0);
            case Float f -> new Num(new BigDecimal(f.toString()), 0);
            case Double d -> new Num(new BigDecimal(d.toString()), 0);
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass().getName());
        };
    }

    /** The string, or an error that names {@code what}. */
    default String string(String what) {
        if (this instanceof Str s) return s.value();
        throw new SyntaxException(line(), what + " must be a string, got " + text());
    }

    /** The whole number, or an error that names {@code what}. */
    default int integer(String what) {
        try {
            if (this instanceof Num n) return n.value().intValueExact();
        } catch (ArithmeticException e) {
            throw new SyntaxException(line(), what + " must be a whole number, got " + text());
        }
        throw new SyntaxException(line(), what + " must be a whole number, got " + text());
    }

    /** The number, or an error that names {@code what}. */
    default double number(String what) {
        if (this instanceof Num n) return n.value().doubleValue();
        throw new SyntaxException(line(), what + " must be a number, got " + text());
    }

    /** The truth value, or an error that names {@code what}. */
    default boolean bool(String what) {
        if (this instanceof Bool b) return b.value();
        throw new SyntaxException(line(), what + " must be true or false, got " + text());
    }

    /** The items, or an error that names {@code what}. */
    default List<Json> array(String what) {
        if (this instanceof Arr a) return a.items();
        throw new SyntaxException(line(), what + " must be a list, got " + text());
    }

    /** The object, or an error that names {@code what}. */
    default Obj object(String what) {
        if (this instanceof Obj o) return o;
        throw new SyntaxException(line(), what + " must be an object, got " + text());
    }

    /** The value on one line. */
    default String text() {
        var out = new StringBuilder();
        JsonWriter.compact(this, out);
        return out.toString();
    }

    /** The value over several lines: short objects and arrays on one line each. */
    default String pretty() {
        var out = new StringBuilder();
        JsonWriter.pretty(this, out, 0);
        return out.append('\n').toString();
    }
}
