package org.gabor.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Convolution;
import org.gabor.graph.Custom;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Pooling;
import org.gabor.graph.Product;
import org.gabor.graph.Sampling;
import org.gabor.graph.Update;

/**
 * Lets a backend compute in BF16 (Micikevicius et al., "Mixed precision training", 2018). Convolutions and products take
 * BF16 operands; what lies between them keeps the type that comes in, so that activations and their gradients are stored
 * in half the bytes. Parameters, statistics, losses and updates stay in F32; the gradient of a parameter comes as BF16 from
 * the convolution or product that makes it, and goes to its slab as F32. Every value is cast at most once to each type.
 */
final class Autocast {
    private final Graph to = new Graph();
    private final Map<Node, Node> mapped = new HashMap<>();
    private final Map<Node, Node> casts = new HashMap<>();

    private Autocast() {}

    /** The graph with casts; the same graph if {@code compute} is F32. Outputs keep their types. */
    static Graph apply(Graph graph, DType compute) {
        return switch (compute) {
            case F32 -> graph;
            case BF16 -> new Autocast().run(graph);
            case F16, U8, I32 -> throw new IllegalArgumentException("autocast to " + compute.label());
        };
    }

    private Graph run(Graph from) {
        for (Node n : from.nodes()) {
            List<Node> inputs = n.inputs().stream().map(this::mapped).toList();
            mapped.put(n, to.within(n.path(), () -> to.add(n.op(), cast(n.op(), inputs))));
        }
        from.outputs().forEach((name, n) -> to.output(name, as(n.type().dtype(), mapped(n))));
        return to;
    }

    private Node mapped(Node old) { return Objects.requireNonNull(mapped.get(old)); }

    private List<Node> cast(Op op, List<Node> in) {
        return switch (op) {
            case Convolution _,Product _ -> all(DType.BF16, in);
            case Pooling _,Movement _ -> alike(in, positions(in));
            case Pointwise p -> pointwise(p, in);
            case Normalization n -> alike(in, values(n));
            case Sampling _,Augmentation _ -> in;
            case Leaf _,Loss _,Update _,Custom _ -> all(DType.F32, in);
        };
    }

    private List<Node> pointwise(Pointwise op, List<Node> in) {
        return switch (op) {
            case Pointwise.Normalize _,Pointwise.Cast _ -> in;
            case Pointwise.Add _,Pointwise.Mul _,Pointwise.ActivateGrad _ -> alike(in, Set.of(0, 1));
            case Pointwise.SumTo _,Pointwise.AddBias _,Pointwise.ChannelSum _,Pointwise.Activate _,Pointwise.Dropout _ -> in;
        };
    }

    /** Which inputs are as large as the images; the others are a number a channel. */
    private static Set<Integer> values(Normalization op) {
        return switch (op) {
            case Normalization.BnStats _,Normalization.BatchNorm _,Normalization.Lrn _ -> Set.of(0);
            case Normalization.BnGradSums _ -> Set.of(0, 2);
            case Normalization.BnGradX _ -> Set.of(0, 3);
            case Normalization.LrnGrad _ -> Set.of(0, 1);
        };
    }

    private static Set<Integer> positions(List<Node> in) {
        var all = new java.util.HashSet<Integer>();
        for (int i = 0; i < in.size(); i++) all.add(i);
        return all;
    }

    /** If one of the values is BF16, all of them become so. */
    private List<Node> alike(List<Node> in, Set<Integer> values) {
        boolean half = values.stream().anyMatch(i -> in.get(i).type().dtype() == DType.BF16);
        if (!half) return in;
        var cast = new ArrayList<>(in);
        for (int i : values) cast.set(i, as(DType.BF16, in.get(i)));
        return cast;
    }

    private List<Node> all(DType dtype, List<Node> in) { return in.stream().map(x -> as(dtype, x)).toList(); }

    /** A float value in a type; whole numbers stay what they are. */
    private Node as(DType dtype, Node x) {
        DType has = x.type().dtype();
        if (has == dtype || (has != DType.F32 && has != DType.BF16)) return x;
        return casts.computeIfAbsent(x, _ -> to.within(x.path(), () -> to.add(new Pointwise.Cast(dtype), x)));
    }
}
