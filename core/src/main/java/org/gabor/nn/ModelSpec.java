package org.gabor.nn;

import java.util.LinkedHashMap;
import java.util.List;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.data.Dataset;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.io.Json;

/**
 * A network as data: what it takes, how many classes it tells apart, and its layers.
 *
 * @param name what it is called
 * @param channels channels of an input image
 * @param height rows of an input image
 * @param width columns of an input image
 * @param classes number of outputs
 * @param layer the network, from images [n,c,h,w] to scores [n,classes]
 */
public record ModelSpec(String name, int channels, int height, int width, int classes, Layer layer) {
    private static final List<String> MEMBERS = List.of("name", "input", "classes", "network");

    /**
     * Builds the network once, so that mistakes show at once.
     *
     * @throws UsageException naming the layer that does not fit
     */
    public ModelSpec {
        Checks.atLeast(name, "classes", classes, 2);
        if (Math.min(channels, Math.min(height, width)) < 1)
            throw new UsageException(name + ": input must be at least 1x1x1, got " + channels + "x" + height + "x" + width);
        var graph = new Graph();
        Shape in = Shape.of(2, channels, height, width);
        Node y = new Scope(graph, false).apply(name, layer, graph.input("images", new TensorType(in, DType.F32)));
        if (!y.shape().equals(Shape.of(2, classes)))
            throw new UsageException(name + " gives " + y.shape() + " for " + in + ", expected 2x" + classes
                    + " (one score a class); end it with a dense layer of " + classes + " units");
    }

    /** Appends the network to a graph: scores [n,classes] of {@code x}. */
    public Node apply(Scope scope, Node x) { return layer.apply(scope, x); }

    /** A batch of {@code n} images as they are fed: unsigned bytes. */
    public TensorType images(int n) { return TensorType.u8(n, channels, height, width); }

    /**
     * Checks that a data set has the images and classes that the model expects.
     *
     * @throws UsageException with what was got and expected
     */
    public void checkFits(Dataset data) {
        boolean image = data.channels() == channels && data.height() == height && data.width() == width;
        if (!image)
            throw new UsageException(
                    "model " + name + " takes images of " + channels + "x" + height + "x" + width + ", data set "
                            + data.name() + " has " + data.channels() + "x" + data.height() + "x" + data.width());
        if (data.classes().size() != classes)
            throw new UsageException(
                    "model " + name + " tells " + classes + " classes apart, data set " + data.name() + " has "
                            + data.classes().size());
    }

    /** The description as JSON. */
    public Json toJson(Registry registry) {
        var members = new LinkedHashMap<String, Object>();
        members.put("name", name);
        members.put("input", List.of(channels, height, width));
        members.put("classes", classes);
        members.put("network", registry.toJson(layer));
        return Json.of(members);
    }

    /** A description as JSON for people: as {@link Registry#brief} writes layers. */
    public Json brief(Registry registry) {
        var members = new LinkedHashMap<>(toJson(registry).object("a model").members());
        members.put("network", registry.brief(layer));
        return Json.of(members);
    }

    /**
     * A description from JSON.
     *
     * @param file what errors call the source
     * @throws UsageException naming file and line
     */
    public static ModelSpec fromJson(Json json, String file, Registry registry) {
        try {
            Json.Obj o = json.object("a model");
            o.members().forEach((key, v) -> {
                if (!MEMBERS.contains(key))
                    throw new Json.SyntaxException(v.line(), "a model: " + Suggest.unknown("member", key, MEMBERS));
            });
            Json.Arr input = new Json.Arr(member(o, "input").array("input"), member(o, "input").line());
            if (input.items().size() != 3)
                throw new Json.SyntaxException(input.line(),
                        "input must be [channels, height, width], got " + input.text());
            int[] size = input.items().stream().mapToInt(i -> i.integer("input")).toArray();
            String name = member(o, "name").string("name");
            int classes = member(o, "classes").integer("classes");
            Layer layer = registry.fromJson(member(o, "network"), file);
            try {
                return new ModelSpec(name, size[0], size[1], size[2], classes, layer);
            } catch (LayerException e) {
                throw e;
            } catch (UsageException e) {
                throw new Json.SyntaxException(o.line(), String.valueOf(e.getMessage()));
            }
        } catch (Json.SyntaxException e) {
            throw new UsageException(file + ", " + e.getMessage(), e);
        }
    }

    private static Json member(Json.Obj o, String key) {
        return o.get(key).orElseThrow(() -> new Json.SyntaxException(o.line(), "a model has no " + key));
    }
}
