package org.gabor.nn;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.io.Json;

/**
 * Layer records by name, and their way to JSON and back. A layer is written as
 * {@code {"layer": "conv2d", "filters": 6, "kernel": 5, ...}}: its name and its record components. A description may
 * leave out attributes that have a {@link Default}. Only registered names are ever turned into objects.
 */
public final class Registry {
    /** All layers of this package. */
    public static final Registry STANDARD = new Registry(standard());

    private final Map<String, Class<? extends Layer>> byName;

    private Registry(Map<String, Class<? extends Layer>> byName) {
        this.byName = byName;
    }

    private static Map<String, Class<? extends Layer>> standard() {
        var layers = new LinkedHashMap<String, Class<? extends Layer>>();
        layers.put("sequential", Structure.Sequential.class);
        layers.put("residual", Structure.Residual.class);
        layers.put("identity", Structure.Identity.class);
        layers.put("flatten", Structure.Flatten.class);
        layers.put("subsample_pad", Structure.SubsamplePad.class);
        layers.put("conv2d", Conv2d.class);
        layers.put("dense", Dense.class);
        layers.put("batch_norm", BatchNorm.class);
        layers.put("relu", Activations.Relu.class);
        layers.put("tanh", Activations.Tanh.class);
        layers.put("max_pool", Pools.MaxPool.class);
        layers.put("mean_pool", Pools.MeanPool.class);
        layers.put("global_mean_pool", Pools.GlobalMeanPool.class);
        return layers;
    }

    /**
     * These layers and one more.
     *
     * @throws UsageException if the name is taken or the layer is no public record
     */
    public Registry with(String name, Class<? extends Layer> layer) {
        if (byName.containsKey(name)) throw new UsageException("layer name '" + name + "' is taken");
        if (!layer.isRecord()) throw new UsageException(layer.getName() + " must be a record to be registered");
        var more = new LinkedHashMap<>(byName);
        more.put(name, layer);
        return new Registry(more);
    }

    /** The registered name of a layer. */
    public Optional<String> name(Layer layer) {
        return byName.entrySet().stream().filter(e -> e.getValue() == layer.getClass()).map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * A short text for plans and errors: {@code conv2d filters=6 kernel=5}; attributes at their default are left out.
     */
    public static String describe(Layer layer) {
        if (layer instanceof Located l) return describe(l.layer());
        String name = STANDARD.name(layer).orElse(layer.getClass().getSimpleName());
        if (!layer.getClass().isRecord()) return name;
        return name + Arrays.stream(layer.getClass().getRecordComponents()).filter(c -> simple(c.getType()))
                .filter(c -> !isDefault(c, layer))
                .map(c -> " " + c.getName() + "=" + write(get(c, layer)).replace("\"", ""))
                .collect(Collectors.joining());
    }

    /**
     * A layer as JSON.
     *
     * @throws UsageException if it, or one inside it, is not registered
     */
    public Json toJson(Layer layer) {
        if (layer instanceof Located l) return toJson(l.layer());
        String name = name(layer).orElseThrow(() -> new UsageException("layer " + layer.getClass().getName()
                + " cannot be saved: it is not registered; make it a record and use "
                + "Registry.STANDARD.with(\"its_name\", " + layer.getClass().getSimpleName() + ".class)"));
        var members = new LinkedHashMap<String, Object>();
        members.put("layer", name);
        for (RecordComponent c : layer.getClass().getRecordComponents()) members.put(c.getName(), value(get(c, layer)));
        return Json.of(members);
    }

    private Object value(Object attribute) {
        return switch (attribute) {
            case Layer l -> toJson(l);
            case List<?> list -> list.stream().map(this::value).toList();
            case Enum<?> e -> e.name().toLowerCase(Locale.ROOT);
            default -> attribute;
        };
    }

    /**
     * A layer from JSON. Errors name {@code file} and the line.
     *
     * @throws UsageException if a name is unknown, an attribute is missing, unknown or out of range
     */
    public Layer fromJson(Json json, String file) {
        try {
            return read(json, file);
        } catch (Json.SyntaxException e) {
            throw new UsageException(file + ", " + e.getMessage(), e);
        }
    }

    private Layer read(Json json, String file) {
        Json.Obj o = json.object("a layer");
        String name = o.get("layer")
                .orElseThrow(
                        () -> new Json.SyntaxException(o.line(), "a layer has no name; write \"layer\": \"conv2d\""))
                .string("layer");
        Class<? extends Layer> type = byName.get(name);
        if (type == null) throw new Json.SyntaxException(o.line(), Suggest.unknown("layer", name, byName.keySet()));

        RecordComponent[] components = type.getRecordComponents();
        List<String> known = new ArrayList<>(List.of("layer"));
        for (RecordComponent c : components) known.add(c.getName());
        o.members().forEach((key, v) -> {
            if (!known.contains(key))
                throw new Json.SyntaxException(v.line(), name + ": " + Suggest.unknown("attribute", key, known));
        });
        Object[] args = new Object[components.length];
        for (int i = 0; i < args.length; i++) args[i] = attribute(components[i], name, o, file);
        try {
            var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return new Located(type.getConstructor(types).newInstance(args), file, o.line());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof UsageException u)
                throw new Json.SyntaxException(o.line(), String.valueOf(u.getMessage()));
            throw new IllegalStateException("layer " + name, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("layer " + name + " must be a public record", e);
        }
    }

    private Object attribute(RecordComponent c, String layer, Json.Obj o, String file) {
        String what = layer + ": " + c.getName();
        Json v = o.get(c.getName())
                .or(() -> Optional.ofNullable(c.getAnnotation(Default.class)).map(d -> Json.parse(d.value())))
                .orElseThrow(() -> new Json.SyntaxException(o.line(), layer + " has no " + c.getName()));
        Class<?> type = c.getType();
        if (type == int.class) return v.integer(what);
        if (type == double.class) return v.number(what);
        if (type == boolean.class) return v.bool(what);
        if (type == String.class) return v.string(what);
        if (type == Layer.class) return read(v, file);
        if (type.isEnum()) return constant(type, v, what);
        boolean layers = type == List.class && c.getGenericType() instanceof ParameterizedType p
                && p.getActualTypeArguments()[0] == Layer.class;
        if (layers) return v.array(what).stream().map(item -> read(item, file)).toList();
        throw new IllegalStateException(what + " has a type that cannot be saved: " + type);
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

    private static boolean simple(Class<?> type) { return type.isPrimitive() || type == String.class || type.isEnum(); }

    private static String write(Object attribute) { return Json.of(STANDARD.value(attribute)).text(); }

    /** Numbers are compared by value: 1e-5 and 0.00001 are the same. */
    private static boolean isDefault(RecordComponent c, Layer layer) {
        Default d = c.getAnnotation(Default.class);
        if (d == null) return false;
        Json has = Json.of(STANDARD.value(get(c, layer))), usual = Json.parse(d.value());
        return has instanceof Json.Num a && usual instanceof Json.Num b ? a.value().compareTo(b.value()) == 0
                : has.text().equals(usual.text());
    }

    private static Object get(RecordComponent c, Layer layer) {
        try {
            return c.getAccessor().invoke(layer);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(layer.getClass().getName() + " must be a public record", e);
        }
    }
}
