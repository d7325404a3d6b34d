package org.gabor.tests.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gabor.compile.Compiler;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.gabor.tests.UnderTest;
import org.gabor.tests.oracle.Bounds;
import org.gabor.tests.oracle.Oracle;
import org.jspecify.annotations.Nullable;

/**
 * What computes a graph: the oracle, which must agree with PyTorch to 1e-9, or a backend, which must within the bounds of
 * 32-bit floats besides.
 */
interface Machine extends AutoCloseable {
    /** How far the oracle may be from PyTorch, relative to the largest magnitude of the value. */
    double TOLERANCE = 1e-9;

    /** Its name. */
    String name();

    /** Makes a graph ready to run. */
    Run start(Graph graph);

    @Override
    void close();

    /**
     * A value that was computed.
     *
     * @param value its elements
     * @param bound how far rounding to floats may have taken each of them
     */
    record Result(double[] value, double[] bound) {
        /** A part of it. */
        Result part(int from, int to) {
            return new Result(Arrays.copyOfRange(value, from, to), Arrays.copyOfRange(bound, from, to));
        }

        /** Refuses a value that is further from what PyTorch computes than it may be. */
        void expect(String what, double... expected) {
            double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
            assertThat(largest).as("%s is not all zeros", what).isPositive();
            assertThat(value).as(what).hasSameSizeAs(expected);
            for (int i = 0; i < expected.length; i++)
                assertThat(Math.abs(value[i] - expected[i])).as("%s[%d] is %s, expected %s", what, i, value[i], expected[i])
                        .isLessThanOrEqualTo(bound[i] + TOLERANCE * largest);
        }
    }

    /** A graph that is ready to run. */
    interface Run extends AutoCloseable {
        /** Sets an input or parameter. */
        void feed(String name, double... values);

        /** Runs once. */
        void step();

        /** An output after the run. */
        Result output(String name);

        /** A parameter as it is now. */
        Result parameter(String name);

        @Override
        void close();
    }

    /** The oracle, and every backend that can run here. */
    static Stream<Machine> all() {
        Stream<Machine> backends = UnderTest.all().filter(p -> p.unavailable().isEmpty())
                .map(p -> new OfBackend(p.name(), p.open(BackendOptions.DEFAULT)));
        return Stream.concat(Stream.of(new OfOracle()), backends);
    }

    /** The oracle. */
    record OfOracle() implements Machine {
        @Override
        public String name() { return "oracle"; }

        @Override
        public void close() {}

        @Override
        public Run start(Graph graph) {
            var oracle = Oracle.of(graph);
            return new Run() {
                @Override
                public void feed(String name, double... values) { oracle.feed(name, values); }

                @Override
                public void step() { oracle.run(); }

                @Override
                public Result output(String name) { return exact(oracle.output(name)); }

                @Override
                public Result parameter(String name) { return exact(oracle.parameter(name)); }

                private static Result exact(double[] value) { return new Result(value, new double[value.length]); }

                @Override
                public void close() {}
            };
        }
    }

    /** A backend; it computes in 32-bit floats. */
    record OfBackend(String name, Backend backend) implements Machine {
        @Override
        public void close() { backend.close(); }

        @Override
        public Run start(Graph graph) {
            var parameters = new LinkedHashMap<String, Tensor>();
            for (Node n : graph.nodes())
                if (n.op() instanceof Leaf.Parameter p) parameters.put(p.name(), backend.allocate(n.type()));
            return new Compiled(graph, backend.compile(Compiler.plan(graph, backend.rules()), parameters), parameters);
        }
    }

    /**
     * A graph on a backend. The oracle runs beside it on the values that were meant, with the bounds of what is fed
     * rounded, and of what parameters have gathered in the steps before.
     */
    final class Compiled implements Run {
        private final Graph graph;
        private final Executable executable;
        private final Map<String, Tensor> parameters;
        private final Oracle oracle;
        private final Map<String, double[]> meant = new LinkedHashMap<>();
        private final Map<String, double[]> off = new LinkedHashMap<>();
        private @Nullable Bounds bounds;

        Compiled(Graph graph, Executable executable, Map<String, Tensor> parameters) {
            this.graph = graph;
            this.executable = executable;
            this.parameters = parameters;
            this.oracle = Oracle.of(graph);
            parameters.forEach((name, t) -> feed(name, new double[Math.toIntExact(t.type().shape().size())]));
        }

        @Override
        public void feed(String name, double... values) {
            Tensor t = executable.inputs().containsKey(name) ? executable.inputs().get(name) : parameters.get(name);
            Objects.requireNonNull(t, name).copyIn(segment(t.type().dtype(), values));
            oracle.feed(name, values);
            meant.put(name, values.clone());
            off.put(name, Arrays.stream(values).map(v -> Math.abs((float) v - v)).toArray());
        }

        private static MemorySegment segment(DType type, double[] values) {
            if (type == DType.I32)
                return MemorySegment.ofArray(Arrays.stream(values).mapToInt(v -> (int) v).toArray());
            var floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) floats[i] = (float) values[i];
            return MemorySegment.ofArray(floats);
        }

        @Override
        public void step() {
            executable.run();
            Bounds of = Bounds.of(graph, meant, off);
            oracle.run();
            for (String name : parameters.keySet()) {
                meant.put(name, oracle.parameter(name));
                off.put(name, of.parameter(name));
            }
            bounds = of;
        }

        @Override
        public Result output(String name) {
            Node node = Objects.requireNonNull(graph.outputs().get(name), name);
            return new Result(doubles(executable.outputs().get(name), name), Objects.requireNonNull(bounds).of(node));
        }

        @Override
        public Result parameter(String name) {
            return new Result(doubles(parameters.get(name), name), Objects.requireNonNull(off.get(name)));
        }

        private static double[] doubles(@Nullable Tensor t, String name) {
            float[] v = Objects.requireNonNull(t, name).floats();
            var d = new double[v.length];
            for (int i = 0; i < d.length; i++) d[i] = v[i];
            return d;
        }

        @Override
        public void close() {
            executable.close();
            parameters.values().forEach(Tensor::close);
        }
    }
}
