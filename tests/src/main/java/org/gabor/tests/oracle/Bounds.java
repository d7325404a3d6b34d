package org.gabor.tests.oracle;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * How far a backend that computes in 32-bit floats may be from the oracle, element by element: not a tolerance but the
 * worst that rounding can do, carried from operation to operation. A sum of K products may be off by (K + 2) u sum of
 * |a b|, whatever the order of its terms, with u = 2^-24; transcendental functions by {@link #ULPS} units in the last
 * place.
 */
public final class Bounds {
    /** What tanh, exp and log may be off by, in units of the last place. */
    public static final int ULPS = 4;
    /** The relative error that {@link #ULPS} stand for: a unit in the last place is at most 2 u of the value. */
    static final double FUNCTION = ULPS * 2 * Approx.U;
    /** Results below the smallest normal float may be flushed to zero. */
    static final double FLUSH = 0x1p-126;

    private final double[][] values;
    private final double[][] errors;
    private final Map<String, double[]> parameters = new HashMap<>();

    private Bounds(int nodes) {
        this.values = new double[nodes][];
        this.errors = new double[nodes][];
    }

    /**
     * Bounds of every node after one run.
     *
     * @param fed what inputs and parameters hold before the run, by name; it must be exact in the backend's types
     */
    public static Bounds of(Graph graph, Map<String, double[]> fed) { return of(graph, fed, Map.of()); }

    /**
     * Bounds of every node after one run on values that are not exact.
     *
     * @param fed what inputs and parameters hold before the run, by name
     * @param off how far a backend may be from that, by name; what is missing is exact
     */
    public static Bounds of(Graph graph, Map<String, double[]> fed, Map<String, double[]> off) {
        var bounds = new Bounds(graph.nodes().size());
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Leaf leaf) bounds.leaf(n, leaf, fed, off);
            else bounds.computed(n);
        }
        return bounds;
    }

    /** The bound of each element of a node. */
    public double[] of(Node node) { return errors[node.id()]; }

    /** The bound of each element of a parameter after the run. */
    public double[] parameter(String name) {
        double[] error = parameters.get(name);
        if (error == null) throw new IllegalArgumentException("no parameter " + name);
        return error;
    }

    private void leaf(Node n, Leaf leaf, Map<String, double[]> fed, Map<String, double[]> off) {
        int size = Math.toIntExact(n.shape().size());
        errors[n.id()] = switch (leaf) {
            case Leaf.Input in -> off.getOrDefault(in.name(), new double[size]).clone();
            case Leaf.Parameter p -> off.getOrDefault(p.name(), new double[size]).clone();
            case Leaf.Fill _ -> new double[size];
        };
        values[n.id()] = switch (leaf) {
            case Leaf.Input in -> value(fed, in.name());
            case Leaf.Parameter p -> {
                parameters.put(p.name(), errors[n.id()]);
                yield value(fed, p.name());
            }
            case Leaf.Fill f -> {
                Arrays.fill(errors[n.id()], Math.abs((float) f.value() - f.value()));
                yield Oracle.filled(size, f.value());
            }
        };
    }

    private static double[] value(Map<String, double[]> fed, String name) {
        double[] v = fed.get(name);
        if (v == null) throw new IllegalArgumentException(name + " is not fed");
        return v.clone();
    }

    private void computed(Node n) {
        Operands v = Operands.of(n, n.inputs().stream().map(in -> values[in.id()]).toList());
        Operands e = Operands.of(n, n.inputs().stream().map(in -> errors[in.id()]).toList());
        errors[n.id()] = error(n.op(), v, e);
        values[n.id()] = Evaluation.of(n.op(), v);
        if (n.type().dtype() == DType.BF16) half(n);
    }

    /** A value that a backend stores in BF16, or keeps in more bits within a step, beside one that was rounded here. */
    private void half(Node n) {
        double[] error = errors[n.id()], value = values[n.id()];
        for (int i = 0; i < error.length; i++) error[i] += 2 * Bf16.U * (Math.abs(value[i]) + error[i]) + FLUSH;
        Bf16.stored(n.type(), value);
    }

    private static double[] error(Op op, Operands v, Operands e) {
        return switch (op) {
            case Leaf leaf -> throw new IllegalArgumentException(leaf + " has no operands");
            case Augmentation a -> Augmentations.bound(a, v, e);
            case Convolution c -> bilinear(c, v, e);
            case Product p -> bilinear(p, v, e);
            case Pooling p -> PoolingBounds.of(p, v, e);
            case Pointwise p -> PointwiseBounds.of(p, v, e);
            case Normalization n -> NormalizationBounds.of(n, v, e);
            case Loss l -> LossBounds.of(l, v, e);
            case Movement m -> MovementBounds.of(m, v, e);
            case Update u -> UpdateBounds.of(u, v, e);
            case Sampling s -> sampled(s, v, e);
            case Custom c -> same(c, v, e);
        };
    }

    /** What is gathered is as exact as it was. */
    private static double[] sampled(Sampling op, Operands v, Operands e) {
        return switch (op) {
            case Sampling.Order _ -> v.out();
            case Sampling.Gather g -> Samplings.of(g, e.with(e.in(0), v.in(1)));
        };
    }

    /** A custom operation is the same code here and on a backend: the same floats on the same operands, and no more is known. */
    private static double[] same(Custom op, Operands v, Operands e) {
        if (!exact(e.values())) throw new IllegalArgumentException(op + " on rounded operands cannot be judged");
        return v.out();
    }

    /**
     * y = sum of K products a b with operands off by ea and eb. Were all terms as large as they can be, the sum would
     * be T = sum of (|a| + ea) (|b| + eb); the operands account for T - sum of |a b|, the rounding for (K + 2) u T. The op
     * itself gives all three, on magnitudes and, for K, on ones.
     */
    private static double[] bilinear(Op op, Operands v, Operands e) {
        double[] a = magnitudes(v.in(0)), b = magnitudes(v.in(1));
        double[] least = Evaluation.of(op, v.with(a, b));
        double[] most = Evaluation.of(op, v.with(sum(a, e.in(0)), sum(b, e.in(1))));
        double[] count = Evaluation.of(op, v.with(ones(a), ones(b)));
        double[] bound = new double[most.length];
        for (int i = 0; i < bound.length; i++) bound[i] = most[i] - least[i] + (count[i] + 2) * Approx.U * most[i];
        return bound;
    }

    /**
     * y = sum of K terms x, or of K products c x with coefficients c of at least {@code least}: the same with exact b.
     *
     * @param operand which input is x
     */
    static double[] linear(Op op, Operands v, Operands e, int operand, double least) {
        double[] x = magnitudes(v.in(operand));
        double[] passed = Evaluation.of(op, v.replaced(operand, e.in(operand)));
        double[] most = Evaluation.of(op, v.replaced(operand, sum(x, e.in(operand))));
        double[] count = Evaluation.of(op, v.replaced(operand, ones(x)));
        double[] bound = new double[most.length];
        for (int i = 0; i < bound.length; i++) bound[i] = passed[i] + (count[i] / least + 2) * Approx.U * most[i];
        return bound;
    }

    static double[] magnitudes(double[] a) { return Arrays.stream(a).map(Math::abs).toArray(); }

    static double[] sum(double[] a, double[] b) {
        double[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) sum[i] += b[i];
        return sum;
    }

    private static double[] ones(double[] like) { return Oracle.filled(like.length, 1); }

    /** True if all operands are exact, so that comparisons between them are too. */
    static boolean exact(List<double[]> errors) {
        return errors.stream().allMatch(e -> Arrays.stream(e).allMatch(x -> x == 0));
    }
}
