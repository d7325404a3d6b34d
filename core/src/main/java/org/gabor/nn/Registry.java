package org.gabor.nn;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
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
        layers.put("graph", Wiring.class);
        layers.put("residual", Structure.Residual.class);
        layers.put("branches", Structure.Branches.class);
        layers.put("densely_connected", Structure.DenselyConnected.class);
        layers.put("squeeze_excite", Structure.SqueezeExcite.class);
        layers.put("add", Merge.Add.class);
        layers.put("multiply", Merge.Multiply.class);
        layers.put("concat", Merge.Concat.class);
        layers.put("identity", Structure.Identity.class);
        layers.put("affine", Structure.Affine.class);
        layers.put("flatten", Structure.Flatten.class);
        layers.put("subsample_pad", Structure.SubsamplePad.class);
        layers.put("conv2d", Conv2d.class);
        layers.put("depthwise_conv2d", DepthwiseConv2d.class);
        layers.put("conv_transpose2d", ConvTranspose2d.class);
        layers.put("dense", Dense.class);
        layers.put("batch_norm", BatchNorm.class);
        layers.put("lrn", Regularization.Lrn.class);
        layers.put("dropout", Regularization.Dropout.class);
        layers.put("relu", Activations.Relu.class);
        layers.put("leaky_relu", Activations.LeakyRelu.class);
        layers.put("prelu", Activations.Prelu.class);
        layers.put("crelu", Activations.Crelu.class);
        layers.put("relu6", Activations.Relu6.class);
        layers.put("elu", Activations.Elu.class);
        layers.put("sigmoid", Activations.Sigmoid.class);
        layers.put("hard_sigmoid", Activations.HardSigmoid.class);
        layers.put("tanh", Activations.Tanh.class);
        layers.put("silu", Activations.Silu.class);
        layers.put("hard_swish", Activations.HardSwish.class);
        layers.put("gelu", Activations.Gelu.class);
        layers.put("softmax", Activations.Softmax.class);
        layers.put("log_softmax", Activations.LogSoftmax.class);
        layers.put("max_pool", Pools.MaxPool.class);
        layers.put("mean_pool", Pools.MeanPool.class);
        layers.put("global_mean_pool", Pools.GlobalMeanPool.class);
        layers.put("global_max_pool", Pools.GlobalMaxPool.class);
        layers.put("adaptive_mean_pool", Pools.AdaptiveMeanPool.class);
        layers.put("adaptive_max_pool", Pools.AdaptiveMaxPool.class);
        layers.put("pad", Images.Pad.class);
        layers.put("crop", Images.Crop.class);
        layers.put("channels", Images.Channels.class);
        layers.put("upsample", Images.Upsample.class);
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

    /** All layers by name, in the order of the documentation. */
    public Map<String, Class<? extends Layer>> layers() { return Collections.unmodifiableMap(byName); }

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
            case Extent e -> e.toJson();
            case Padding p -> p.toJson();
            case Record part -> {
                var members = new LinkedHashMap<String, Object>();
                for (RecordComponent c : part.getClass().getRecordComponents())
                    members.put(c.getName(), value(get(c, part)));
                yield members;
            }
            default -> attribute;
        };
    }

    /**
     * A layer as JSON for people, in the shortest notation that {@link #fromJson} reads: what is at its default is left
     * out.
     *
     * @throws UsageException if it, or one inside it, is not registered
     */
    public Json brief(Layer layer) { return brief(toJson(layer)); }

    /** Of a layer in full, or of anything that has layers in it. */
    private Json brief(Json json) {
        return switch (json) {
            case Json.Arr list -> Json.of(list.items().stream().map(this::brief).toList());
            case Json.Obj o when o.get("layer").orElse(null) instanceof Json.Str name -> brief(name.value(), o);
            case Json.Obj o -> {
                var members = new LinkedHashMap<String, Json>();
                o.members().forEach((key, v) -> members.put(key, brief(v)));
                yield Json.of(members);
            }
            default -> json;
        };
    }

    private Json brief(String name, Json.Obj layer) {
        RecordComponent[] components = Objects.requireNonNull(byName.get(name)).getRecordComponents();
        var members = new LinkedHashMap<String, Json>();
        for (RecordComponent c : components) {
            Json value = layer.get(c.getName()).orElseThrow();
            if (!isDefault(c, value)) members.put(c.getName(), brief(value));
        }
        if (members.isEmpty()) return Json.of(name);
        Json first = members.get(components[0].getName());
        if (members.size() > 1 || first == null) return Json.of(Map.of(name, Json.of(members)));
        return name.equals("sequential") ? first : Json.of(Map.of(name, first));
    }

    /**
     * A layer from JSON. A list stands for a sequential network, a name alone for a layer without attributes, and
     * {@code {"conv2d": {"filters": 6, "kernel": 5}}} for {@code {"layer": "conv2d", "filters": 6, "kernel": 5}}; a
     * value
     * that is no object is the first attribute, as in {@code {"dense": 10}}. Errors name {@code file} and the line.
     *
     * @throws UsageException if a name is unknown, an attribute is missing, unknown or out of range
     */
    public Layer fromJson(Json json, String file) {
        try {
            return new LayerReader(byName, file).read(json);
        } catch (Json.SyntaxException e) {
            throw new UsageException(file + ", " + e.getMessage(), e);
        }
    }

    private static boolean simple(Class<?> type) {
        return type.isPrimitive() || type == String.class || type.isEnum() || type == Extent.class
                || type == Padding.class;
    }

    private static String write(Object attribute) { return Json.of(STANDARD.value(attribute)).text(); }

    private static boolean isDefault(RecordComponent c, Layer layer) {
        return isDefault(c, Json.of(STANDARD.value(get(c, layer))));
    }

    /** Numbers are compared by value: 1e-5 and 0.00001 are the same. */
    private static boolean isDefault(RecordComponent c, Json has) {
        Default d = c.getAnnotation(Default.class);
        if (d == null) return false;
        Json usual = Json.parse(d.value());
        return has instanceof Json.Num a && usual instanceof Json.Num b ? a.value().compareTo(b.value()) == 0
                : has.text().equals(usual.text());
    }

    private static Object get(RecordComponent c, Object layer) {
        try {
            return c.getAccessor().invoke(layer);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(layer.getClass().getName() + " must be a public record", e);
        }
    }
}
