package org.gabor.nn;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.io.Json;

/** Turns descriptions into layers: the types of a record's components say what its attributes may be. */
final class LayerReader {
    private final Map<String, Class<? extends Layer>> layers;
    private final String file;

    LayerReader(Map<String, Class<? extends Layer>> layers, String file) {
        this.layers = layers;
        this.file = file;
    }

    /** The layer, in any of its notations, with its place in the file. */
    Layer read(Json json) {
        return switch (json) {
            case Json.Arr list -> layer("sequential", new Json.Obj(Map.of("layers", list), list.line()));
            case Json.Str name -> layer(name.value(), new Json.Obj(Map.of(), name.line()));
            case Json.Obj o when o.get("layer").isPresent() -> {
                var attributes = new LinkedHashMap<>(o.members());
                attributes.remove("layer");
                yield layer(o.get("layer").orElseThrow().string("layer"), new Json.Obj(attributes, o.line()));
            }
            case Json.Obj o when o.members().size() == 1 -> {
                var only = o.members().entrySet().iterator().next();
                yield layer(only.getKey(), attributes(only.getKey(), only.getValue(), o.line()));
            }
            case Json.Obj o ->
                    throw new Json.SyntaxException(o.line(), "a layer has no name; write \"layer\": \"conv2d\"");
            case Json.Num _,Json.Bool _,Json.Null _ ->
                    throw new Json.SyntaxException(json.line(), "a layer must be an object, got " + json.text());
        };
    }

    /** What stands behind the name: attributes, nothing, or the first attribute alone. */
    private Json.Obj attributes(String name, Json value, int line) {
        if (value instanceof Json.Null) return new Json.Obj(Map.of(), line);
        RecordComponent[] components = type(name, line).getRecordComponents();
        if (components.length == 0 && !(value instanceof Json.Obj))
            throw new Json.SyntaxException(line, name + " has no attributes, got " + value.text());
        if (components.length == 0) return new Json.Obj(value.object(name).members(), line);
        // {"residual": {"conv2d": ...}}: the object is the inner layer, not the attributes
        boolean isLayer = components[0].getType() == Layer.class && value instanceof Json.Obj o
                && Arrays.stream(components).noneMatch(c -> o.members().containsKey(c.getName()));
        if (value instanceof Json.Obj attributes && !isLayer) return new Json.Obj(attributes.members(), line);
        return new Json.Obj(Map.of(components[0].getName(), value), line);
    }

    private Class<? extends Layer> type(String name, int line) {
        Class<? extends Layer> type = layers.get(name);
        if (type == null) throw new Json.SyntaxException(line, Suggest.unknown("layer", name, layers.keySet()));
        return type;
    }

    private Layer layer(String name, Json.Obj attributes) {
        return new Located((Layer) make(type(name, attributes.line()), name, attributes), file, attributes.line());
    }

    /** A record from an object whose members are its components. */
    private Object make(Class<?> type, String name, Json.Obj o) {
        RecordComponent[] components = type.getRecordComponents();
        List<String> known = Arrays.stream(components).map(RecordComponent::getName).toList();
        o.members().forEach((key, v) -> {
            if (!known.contains(key))
                throw new Json.SyntaxException(v.line(), name + ": " + (known.isEmpty()
                        ? "unknown attribute '" + key + "'; it has none" : Suggest.unknown("attribute", key, known)));
        });
        Object[] args = new Object[components.length];
        for (int i = 0; i < args.length; i++) {
            RecordComponent c = components[i];
            Json v = o.get(c.getName())
                    .or(() -> Optional.ofNullable(c.getAnnotation(Default.class)).map(d -> Json.parse(d.value())))
                    .orElseThrow(() -> new Json.SyntaxException(o.line(), name + " has no " + c.getName()));
            args[i] = value(c.getGenericType(), v, name + ": " + c.getName());
        }
        try {
            var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return type.getConstructor(types).newInstance(args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof LayerException l && l.line() > 0)
                throw new Json.SyntaxException(l.line(), String.valueOf(l.getMessage()));
            if (e.getCause() instanceof UsageException u)
                throw new Json.SyntaxException(o.line(), String.valueOf(u.getMessage()));
            throw new IllegalStateException("layer " + name, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("layer " + name + " must be a public record", e);
        }
    }

    private Object value(Type type, Json v, String what) {
        if (type == int.class) return v.integer(what);
        if (type == double.class) return v.number(what);
        if (type == boolean.class) return v.bool(what);
        if (type == String.class) return v.string(what);
        if (type == Layer.class) return read(v);
        if (type == Extent.class) return checked(v, what, () -> Extent.fromJson(v, what));
        if (type == Padding.class) return checked(v, what, () -> Padding.fromJson(v, what));
        if (type instanceof ParameterizedType p && p.getRawType() == List.class) {
            Type item = p.getActualTypeArguments()[0];
            List<Json> items = item == String.class && v instanceof Json.Str ? List.of(v) : v.array(what);
            return items.stream().map(i -> value(item, i, what)).toList();
        }
        if (type instanceof Class<?> c && c.isEnum()) return constant(c, v, what);
        if (type instanceof Class<?> c && c.isRecord()) return make(c, what, v.object(what));
        throw new IllegalStateException(what + " has a type that cannot be saved: " + type);
    }

    /** What a value of its own kind refuses is a mistake at its line. */
    private static Object checked(Json v, String what, Supplier<Object> read) {
        try {
            return read.get();
        } catch (UsageException e) {
            throw new Json.SyntaxException(v.line(), what + ": " + e.getMessage());
        }
    }

    private static Object constant(Class<?> type, Json v, String what) {
        String got = v.string(what);
        List<String> known = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            String name = ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
            if (name.equals(got)) return constant;
            known.add(name);
        }
        throw new Json.SyntaxException(v.line(), Suggest.unknown(what, got, known));
    }
}
