package org.gabor.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.gabor.UsageException;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.ShapeException;
import org.gabor.graph.TensorType;

/**
 * Where a layer declares what it keeps between runs. Nested scopes give names as paths: {@code 3/conv/weight}. A scope
 * knows whether the graph trains, and which updates have to wait for the guard.
 */
public final class Scope {
    private final Graph graph;
    private final String path;
    private final boolean training;
    private final Shared shared;

    /** What all scopes of a graph have in common. */
    private record Shared(Map<String, Declared> declared, List<Consumer<Node>> updates, Map<String, Node> taps,
            Map<String, Applied> layers, Map<String, Node> inputs) {}

    /** A layer and what it gave. */
    public record Applied(Layer layer, Node result) {}

    /** What becomes of a parameter. */
    public enum Kind {
        /** Trained, with weight decay. */
        WEIGHT,
        /** Trained, without weight decay: biases, and scale and shift of a normalisation. */
        BIAS,
        /** Not trained: running statistics. */
        STATISTIC
    }

    /** A declared parameter and how to fill it the first time. */
    public record Declared(Node node, Init init, Kind kind) {}

    /** The outermost scope of a graph. */
    public Scope(Graph graph, boolean training) {
        this(graph, "", training,
                new Shared(new LinkedHashMap<>(), new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>(),
                        new LinkedHashMap<>()));
    }

    private Scope(Graph graph, String path, boolean training, Shared shared) {
        this.graph = graph;
        this.path = path;
        this.training = training;
        this.shared = shared;
    }

    /** True in a graph that trains, false in one that evaluates. */
    public boolean training() { return training; }

    /** The graph that is being built. */
    public Graph graph() { return graph; }

    /** The path of this scope, for example {@code 3/conv}. */
    public String path() { return path; }

    /**
     * Applies a layer in the scope {@code name} below this one.
     *
     * @throws ShapeException naming the layer, if it does not fit
     */
    public Node apply(Object name, Layer layer, Node x) { return apply(name, layer, List.of(x)); }

    /**
     * Applies a layer to one value, or a {@link Merge} to several, in the scope {@code name} below this one.
     *
     * @throws ShapeException naming the layer, if it does not fit
     */
    public Node apply(Object name, Layer layer, List<Node> values) {
        String inner = path.isEmpty() ? name.toString() : path + "/" + name;
        var scope = new Scope(graph, inner, training, shared);
        try {
            Node y = graph.within(inner, () -> layer instanceof Merge m ? m.apply(scope, values)
                    : layer instanceof Located l ? l.apply(scope, values) : layer.apply(scope, values.getFirst()));
            shared.layers.put(inner, new Applied(layer, y));
            return y;
        } catch (LayerException e) {
            throw e;
        } catch (UsageException | ArithmeticException e) {
            throw new LayerException(
                    "layer " + inner + " (" + Registry.describe(layer) + ") on " + types(values) + ": "
                            + reason(e));
        }
    }

    /** Why a layer cannot be applied; sizes that no number can hold end in an overflow. */
    static String reason(RuntimeException e) {
        return e instanceof ArithmeticException ? "its sizes are too large" : String.valueOf(e.getMessage());
    }

    /** What stands in error texts for the values that a layer was applied to. */
    static String types(List<Node> values) {
        return values.stream().map(v -> v.type().toString()).collect(Collectors.joining(" and "));
    }

    /** The seed of the run, I32 [2]: low word, high word. An input of the graph. */
    public Node seed() { return input("seed", TensorType.i32(2)); }

    /** The number of the step, counted from 0, I32 [1]. An input of the graph. */
    public Node step() { return input("step", TensorType.i32(1)); }

    /** The number of the epoch, counted from 1, I32 [1]. An input of the graph. */
    public Node epoch() { return input("epoch", TensorType.i32(1)); }

    private Node input(String name, TensorType type) {
        return shared.inputs.computeIfAbsent(name, _ -> graph.input(name, type));
    }

    /** A trained parameter. Those of two and more dimensions take part in weight decay, vectors do not. */
    public Node parameter(String name, Init init, int... dims) {
        return declare(name, init, dims.length > 1 ? Kind.WEIGHT : Kind.BIAS, dims);
    }

    /** A parameter that lives between runs but is not trained. */
    public Node statistic(String name, Init init, int... dims) { return declare(name, init, Kind.STATISTIC, dims); }

    /** Registers an in-place update; it is appended once the guard of the step exists, and gets it. */
    public void update(Consumer<Node> withGuard) { shared.updates.add(withGuard); }

    /** Names a value, so that features and activation maps can be read from it. */
    public Node tap(String name, Node value) {
        shared.taps.put(path.isEmpty() ? name : path + "/" + name, value);
        return value;
    }

    /** All declared parameters by name, in the order of declaration. */
    public Map<String, Declared> declared() { return Collections.unmodifiableMap(shared.declared); }

    /** All layers by path, in the order in which they were done: parts before the whole. */
    public Map<String, Applied> layers() { return Collections.unmodifiableMap(shared.layers); }

    /** All updates that wait for the guard. */
    public List<Consumer<Node>> updates() { return Collections.unmodifiableList(shared.updates); }

    /** All tapped values by name. */
    public Map<String, Node> taps() { return Collections.unmodifiableMap(shared.taps); }

    private Node declare(String name, Init init, Kind kind, int... dims) {
        String full = path.isEmpty() ? name : path + "/" + name;
        if (shared.declared.containsKey(full))
            throw new IllegalArgumentException("parameter " + full + " is declared twice");
        if (Shape.of(dims).size() > Integer.MAX_VALUE)
            throw new ShapeException("parameter " + name + " is too large: " + Shape.of(dims) + " are more than "
                    + Integer.MAX_VALUE + " values");
        Node node = graph.parameter(full, TensorType.f32(dims));
        shared.declared.put(full, new Declared(node, init, kind));
        return node;
    }
}
