package org.gabor.tests.pytorch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.gabor.graph.TensorType;
import org.gabor.io.Json;
import org.gabor.random.Stream;

/** The file of PyTorch's results, and the tensors that it is made of. */
final class Reference {
    private static final String FILE = "reference.json";

    private Reference() {
    }

    /** The entries of a section: {@code layers, losses, optimizers, lenet5}. */
    static List<Entry> section(String name) {
        try (InputStream in = Objects.requireNonNull(Reference.class.getResourceAsStream(FILE), FILE)) {
            Json.Obj all = Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)).object(FILE);
            return member(all, name).array(name).stream().map(e -> new Entry(e.object(name))).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tensor that the script calls {@code name}: n numbers in [-1, 1), each with 24 bits, so exact as floats. */
    static double[] tensor(String name, long n) {
        var values = new double[Math.toIntExact(n)];
        for (int i = 0; i < values.length; i++) {
            int h = i * (int) 2654435761L + Stream.id(name);
            h = (h ^ h >>> 16) * 0x85EBCA6B;
            h = (h ^ h >>> 13) * 0xC2B2AE35;
            h ^= h >>> 16;
            values[i] = 2 * ((h >>> 8) * 0x1p-24) - 1;
        }
        return values;
    }

    /** One result, with its arguments. */
    record Entry(Json.Obj json) {
        /** The text at {@code key}. */
        String string(String key) { return member(json, key).string(key); }

        /** The number at {@code key}. */
        double number(String key) { return member(json, key).number(key); }

        /** The numbers at {@code key}. */
        double[] numbers(String key) { return Reference.numbers(member(json, key), key); }

        /** The lists of numbers at {@code key}. */
        List<double[]> lists(String key) {
            return member(json, key).array(key).stream().map(l -> Reference.numbers(l, key)).toList();
        }

        /** The object at {@code key} as an entry. */
        Entry at(String key) { return new Entry(member(json, key).object(key)); }

        /** The number at {@code key}, or 0 if there is none. */
        double numberOrZero(String key) { return json.get(key).map(v -> v.number(key)).orElse(0.0); }

        /** Whether there is anything at {@code key}. */
        boolean has(String key) { return json.get(key).isPresent(); }

        /** Whether {@code key} is there and true. */
        boolean flag(String key) { return json.get(key).map(v -> v.bool(key)).orElse(false); }

        /** The arguments of the call. */
        Entry args() { return at("args"); }

        /** The type of an argument of a layer. */
        TensorType type(String tensor) {
            double[] dims = at("shapes").numbers(tensor);
            return TensorType.f32(Arrays.stream(dims).mapToInt(d -> (int) d).toArray());
        }

        /** The names of the tensors a layer takes. */
        List<String> tensors() { return List.copyOf(at("shapes").json.members().keySet()); }

        /** What it is and how it was called, for example {@code max_pool2d kernel=2 stride=2}. */
        String name(String what) {
            if (json.get(what).isEmpty()) return "clip_norm " + member(json, "clip_norm").text();
            return string(what) + args().json.members().entrySet().stream().filter(e -> !e.getKey().equals("note"))
                    .map(e -> " " + e.getKey() + "=" + text(e)).collect(Collectors.joining());
        }

        private static String text(Map.Entry<String, Json> e) {
            boolean isLong = e.getValue() instanceof Json.Arr list && list.items().size() > 4;
            return isLong ? "[...]" : e.getValue().text().replace("\"", "");
        }
    }

    private static Json member(Json.Obj o, String key) {
        return o.get(key).orElseThrow(() -> new IllegalArgumentException(FILE + " has no " + key));
    }

    private static double[] numbers(Json list, String what) {
        return list.array(what).stream().mapToDouble(v -> v.number(what)).toArray();
    }
}
