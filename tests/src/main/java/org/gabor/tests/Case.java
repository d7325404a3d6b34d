package org.gabor.tests;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.gabor.graph.Custom;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.TensorType;
import org.gabor.random.Stream;

/**
 * Something that every backend must compute: an operation or a small graph on arguments of given types, how they are
 * filled and, by that, how the result is judged.
 *
 * @param op the operation under test, or {@code chain} for several
 * @param detail attributes, or what is special
 * @param args inputs and parameters in order
 * @param filling how arguments are filled that do not say otherwise
 * @param sparse whether many zeros in a result are in the nature of the operation (ReLU, padding, the gradient of
 *     max-pooling); otherwise a result that is mostly zeros proves nothing and the case fails
 * @param body appends the operation and names the outputs
 */
public record Case(String op, String detail, List<Arg> args, Filling filling, boolean sparse, Body body) {
    /** An argument: fed before each run, or a parameter that lives between runs. */
    public record Arg(String name, TensorType type, boolean parameter, Values values) {}

    /** Builds the graph of a case. */
    @FunctionalInterface
    public interface Body {
        /** Appends nodes and names outputs. */
        void build(Graph graph, List<Node> args);
    }

    /** A case as a graph, and the values of its inputs and parameters, all exact in their types. */
    public record Built(Graph graph, Map<String, double[]> data) {}

    public Case {
        args = List.copyOf(args);
    }

    /** One operation on arguments. */
    public static Case of(Op op, Filling filling, Arg... args) {
        return new Case(op.getClass().getSimpleName(), op.toString(), List.of(args), filling, false,
                (g, in) -> g.output("y", g.add(op, in)));
    }

    /** Several operations. */
    public static Case chain(String what, Filling filling, List<Arg> args, Body body) {
        return new Case("chain", what, args, filling, false, body);
    }

    /** The same with zeros that are in the nature of the operation. */
    public Case withZeros() { return new Case(op, detail, args, filling, true, body); }

    /** The same under a name that says what is special about its values. */
    public Case named(String special) { return new Case(op, detail + " " + special, args, filling, sparse, body); }

    /** Operation, attributes, types and filling: a case is distinct by them. */
    public String name() {
        String types = args.stream().map(a -> a.type.toString()).collect(Collectors.joining(", "));
        return detail + " (" + types + ") " + filling.name().toLowerCase(Locale.ROOT);
    }

    /** The element types of all values in it. */
    public Set<DType> types() {
        return build().graph().nodes().stream().map(n -> n.type().dtype()).collect(Collectors.toSet());
    }

    /** The operations in it that a user wrote. */
    public Set<Custom> customs() {
        return build().graph().nodes().stream().map(Node::op).filter(Custom.class::isInstance).map(Custom.class::cast)
                .collect(Collectors.toSet());
    }

    /** The graph and its data, the same every time. */
    public Built build() {
        var graph = new Graph();
        var data = new LinkedHashMap<String, double[]>();
        for (Arg a : args) data.put(a.name, values(a));
        body.build(graph, args.stream()
                .map(a -> a.parameter ? graph.parameter(a.name, a.type) : graph.input(a.name, a.type)).toList());
        return new Built(graph, data);
    }

    private double[] values(Arg a) {
        var random = new Stream(0, Stream.id(name() + "/" + a.name), 0, 0);
        var values = new double[Math.toIntExact(a.type.shape().size())];
        for (int i = 0; i < values.length; i++) {
            double v = a.values.at(random, i);
            values[i] = a.type.dtype() == DType.F32 ? (float) v : v;
        }
        return values;
    }

    @Override
    public String toString() { return name(); }
}
