package org.gabor.optim;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.jspecify.annotations.Nullable;

/**
 * Settings given as text, {@code name=value}, for an optimizer, a schedule or a loss. Each is taken once;
 * what is left over at the end is a mistake.
 */
final class Settings {
    private final String owner;
    private final Map<String, String> left;
    private final Set<String> known = new TreeSet<>();

    Settings(String owner, Map<String, String> settings) {
        this.owner = owner;
        this.left = new LinkedHashMap<>(settings);
    }

    double number(String name, double usual) {
        String text = take(name);
        if (text == null) return usual;
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new UsageException(owner + ": " + name + " must be a number, got '" + text + "'", e);
        }
    }

    boolean flag(String name) {
        String text = take(name);
        if (text == null || text.equals("false")) return false;
        if (text.equals("true")) return true;
        throw new UsageException(owner + ": " + name + " must be true or false, got '" + text + "'");
    }

    int whole(String name, int usual) {
        String text = take(name);
        return text == null ? usual : whole(name, text);
    }

    /** A whole number that has no usual value. */
    OptionalInt whole(String name) {
        String text = take(name);
        return text == null ? OptionalInt.empty() : OptionalInt.of(whole(name, text));
    }

    /** Numbers with a slash between them: {@code 1/0.5/2}; none if they are not given. */
    List<Double> numbers(String name) {
        String text = take(name);
        if (text == null) return List.of();
        return List.of(text.split("/", -1)).stream().map(t -> new Settings(owner, Map.of(name, t)).number(name, 0)).toList();
    }

    /** Whole numbers with a slash between them: {@code 30/60/90}. */
    List<Integer> wholes(String name, List<Integer> usual) {
        String text = take(name);
        return text == null ? usual : List.of(text.split("/", -1)).stream().map(t -> whole(name, t)).toList();
    }

    private int whole(String name, String text) {
        try {
            return new BigDecimal(text).intValueExact();
        } catch (NumberFormatException | ArithmeticException e) {
            throw new UsageException(owner + ": " + name + " must be a whole number, got '" + text + "'", e);
        }
    }

    /** Throws if a setting was not taken. */
    void end() {
        for (String name : left.keySet())
            throw new UsageException(owner + ": " + Suggest.unknown("setting", name, known));
    }

    private @Nullable String take(String name) {
        known.add(name);
        return left.remove(name);
    }
}
