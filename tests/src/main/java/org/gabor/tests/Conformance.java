package org.gabor.tests;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.gabor.compile.Compiler;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.spi.Backend;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.gabor.tests.oracle.Bounds;
import org.gabor.tests.oracle.Oracle;

/**
 * Judges a backend: plans and runs a case, compares every output and parameter with the oracle, and runs it again after
 * a run on NaN, which must not leave a trace. Where a backend computes in BF16 the oracle evaluates the graph with its casts,
 * and nothing is exact, since a backend may keep more bits between the operations of a step.
 */
public final class Conformance {
    private final Backend backend;
    private final Case test;
    private final Graph graph;
    private final Map<String, double[]> data;

    private Conformance(Backend backend, Case test) {
        this.backend = backend;
        this.test = test;
        Case.Built built = test.build();
        this.graph = built.graph();
        this.data = built.data();
    }

    /**
     * The largest |error| / bound of all elements, at most 1; 0 for an exact case.
     *
     * @throws AssertionError naming the first element that is off
     */
    public static double check(Backend backend, Case test) { return new Conformance(backend, test).check(); }

    /** Outputs and, as they are after the run, parameters by name. */
    static Map<String, double[]> run(Backend backend, Case test) { return new Conformance(backend, test).run(); }

    /** The same of a backend that need not give the same bytes twice. */
    static Map<String, double[]> once(Backend backend, Case test) {
        var one = new Conformance(backend, test);
        return one.compiled((executable, parameters) -> one.runOn(executable, parameters, one.data));
    }

    private double check() {
        Map<String, double[]> got = run();
        Graph computed = Compiler.cast(graph, backend.rules());
        Oracle oracle = Oracle.of(computed);
        data.forEach(oracle::feed);
        oracle.run();
        Bounds bounds = test.filling().exact() && computed == graph ? null : Bounds.of(computed, data);
        double worst = 0;
        for (Map.Entry<String, double[]> e : got.entrySet()) {
            String name = e.getKey();
            Node output = computed.outputs().get(name);
            double[] expected = output != null ? oracle.output(name) : oracle.parameter(name);
            double[] bound = bounds == null ? new double[expected.length] : output != null ? bounds.of(output)
                    : bounds.parameter(name);
            if (output != null) refuseZeros(name, expected);
            worst = Math.max(worst, compare(name, shape(name), e.getValue(), expected, bound));
        }
        return worst;
    }

    /** Outputs and parameters after a run; the run is repeated after one on NaN and must give the same bytes. */
    private Map<String, double[]> run() {
        return compiled((executable, parameters) -> {
            Map<String, double[]> first = runOn(executable, parameters, data);
            runOn(executable, parameters, poison());
            Map<String, double[]> second = runOn(executable, parameters, data);
            first.forEach((name, v) -> same(name, v, of(second, name)));
            return first;
        });
    }

    /** What runs of the compiled graph give; afterwards the backend holds no more than before. */
    private Map<String, double[]> compiled(BiFunction<Executable, Map<String, Tensor>, Map<String, double[]>> runs) {
        Backend.Live before = backend.live();
        var parameters = new LinkedHashMap<String, Tensor>();
        Map<String, double[]> got;
        try {
            for (Node n : graph.nodes())
                if (n.op() instanceof Leaf.Parameter p) parameters.put(p.name(), backend.allocate(n.type()));
            try (Executable executable = backend.compile(Compiler.plan(graph, backend.rules()), parameters)) {
                got = runs.apply(executable, parameters);
            }
        } finally {
            parameters.values().forEach(Tensor::close);
        }
        if (!backend.live().equals(before)) throw new AssertionError("not all is closed: " + backend.live()
                + ", before " + before);
        return got;
    }

    private Map<String, double[]> runOn(Executable executable, Map<String, Tensor> parameters, Map<String,
            double[]> values) {
        parameters.forEach((name, t) -> fill(t, of(values, name)));
        executable.inputs().forEach((name, t) -> fill(t, of(values, name)));
        executable.run();
        var got = new LinkedHashMap<String, double[]>();
        executable.outputs().forEach((name, t) -> got.put(name, read(t)));
        parameters.forEach((name, t) -> got.put(name, read(t)));
        return got;
    }

    private static double[] of(Map<String, double[]> values, String name) {
        double[] v = values.get(name);
        if (v == null) throw new AssertionError("no value of " + name + " among " + values.keySet());
        return v;
    }

    private Map<String, double[]> poison() {
        var poison = new LinkedHashMap<String, double[]>(data);
        for (Case.Arg a : test.args())
            if (a.type().dtype() == DType.F32) poison.computeIfPresent(a.name(),
                    (_, v) -> filled(v.length, Double.NaN));
        return poison;
    }

    private void refuseZeros(String name, double[] expected) {
        long zeros = Arrays.stream(expected).filter(v -> v == 0).count();
        if (zeros == expected.length || (!test.sparse() && zeros > 0.3 * expected.length))
            throw new AssertionError(name + ": " + zeros + " of " + expected.length
                    + " expected values are 0, which proves little");
    }

    private Shape shape(String name) {
        Node output = graph.outputs().get(name);
        if (output != null) return output.shape();
        return test.args().stream().filter(a -> a.name().equals(name)).findFirst().orElseThrow().type().shape();
    }

    /** The largest error / bound, or an error that names the worst element. */
    static double compare(String name, Shape shape, double[] got, double[] expected, double[] bound) {
        double worst = 0;
        int at = -1;
        for (int i = 0; i < expected.length; i++) {
            double ratio = ratio(got[i], expected[i], bound[i]);
            if (ratio > worst) {
                worst = ratio;
                at = i;
            }
        }
        if (worst <= 1) return worst;
        throw new AssertionError("%s[%s] of %s is %s, expected %s: off by %.3g, allowed %.3g".formatted(name,
                index(shape, at), shape,
                got[at], expected[at], Math.abs(got[at] - expected[at]), bound[at]));
    }

    private static double ratio(double got, double expected, double bound) {
        if (got == expected || (Double.isNaN(got) && Double.isNaN(expected))) return 0;
        double ratio = Math.abs(got - expected) / bound;
        return Double.isNaN(ratio) ? Double.POSITIVE_INFINITY : ratio;
    }

    private static void same(String name, double[] first, double[] second) {
        for (int i = 0; i < first.length; i++)
            // which bits a NaN has is open in Java, and may change once a loop is compiled
            if (Double.doubleToLongBits(first[i]) != Double.doubleToLongBits(second[i]))
                throw new AssertionError("%s, element %d: %s in the first run, %s after a run on NaN".formatted(name, i,
                        first[i], second[i]));
    }

    private static String index(Shape shape, int i) {
        var index = new StringBuilder();
        long stride = shape.size();
        for (int d : shape.dims()) {
            stride /= d;
            index.append(index.isEmpty() ? "" : ",").append(i / stride % d);
        }
        return index.toString();
    }

    /** Copies doubles, which are exact in its type, into a tensor. */
    static void fill(Tensor t, double... values) {
        t.copyIn(switch (t.type().dtype()) {
            case F32 -> {
                var v = new float[values.length];
                for (int i = 0; i < v.length; i++) v[i] = (float) values[i];
                yield MemorySegment.ofArray(v);
            }
            case I32 -> MemorySegment.ofArray(Arrays.stream(values).mapToInt(v -> (int) v).toArray());
            case U8 -> {
                var v = new byte[values.length];
                for (int i = 0; i < v.length; i++) v[i] = (byte) values[i];
                yield MemorySegment.ofArray(v);
            }
            case BF16 -> {
                var v = new short[values.length];
                for (int i = 0; i < v.length; i++) v[i] = (short) (Float.floatToRawIntBits((float) values[i]) >>> Short.SIZE);
                yield MemorySegment.ofArray(v);
            }
            case F16 -> throw new IllegalArgumentException("no case has " + t.type());
        });
    }

    /** The elements of a tensor of any type as doubles. */
    static double[] read(Tensor t) {
        return switch (t.type().dtype()) {
            case F32 -> {
                float[] v = t.floats();
                var d = new double[v.length];
                for (int i = 0; i < v.length; i++) d[i] = v[i];
                yield d;
            }
            case I32 -> Arrays.stream(t.ints()).asDoubleStream().toArray();
            case U8 -> {
                var v = new byte[Math.toIntExact(t.type().shape().size())];
                t.copyOut(MemorySegment.ofArray(v));
                var d = new double[v.length];
                for (int i = 0; i < v.length; i++) d[i] = v[i] & 0xFF;
                yield d;
            }
            case BF16 -> {
                var v = new short[Math.toIntExact(t.type().shape().size())];
                t.copyOut(MemorySegment.ofArray(v));
                var d = new double[v.length];
                for (int i = 0; i < v.length; i++) d[i] = Float.intBitsToFloat(v[i] << Short.SIZE);
                yield d;
            }
            case F16 -> throw new IllegalArgumentException("no case has " + t.type());
        };
    }

    private static double[] filled(int size, double value) {
        var a = new double[size];
        Arrays.fill(a, value);
        return a;
    }
}
