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
import org.gabor.spi.Backends;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.gabor.tests.oracle.Oracle;
import org.jspecify.annotations.Nullable;

/** What computes a graph: the oracle, which must agree with PyTorch to 1e-9, or a backend, which must to 1e-4. */
interface Machine extends AutoCloseable {
    /** Its name. */
    String name();

    /** Largest error allowed, relative to the largest magnitude of the value. */
    double tolerance();

    /** Makes a graph ready to run. */
    Run start(Graph graph);

    @Override
    void close();

    /**
     * Refuses a value that is off by more than {@link #tolerance} of its largest magnitude.
     *
     * @param what how a message calls it
     */
    default void expect(String what, double[] got, double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(largest).as("%s is not all zeros", what).isPositive();
        assertThat(got).as(what).usingComparatorWithPrecision(tolerance() * largest).containsExactly(expected);
    }

    /** A graph that is ready to run. */
    interface Run extends AutoCloseable {
        /** Sets an input or parameter. */
        void feed(String name, double... values);

        /** Runs once. */
        void step();

        /** An output after the run. */
        double[] output(String name);

        /** A parameter as it is now. */
        double[] parameter(String name);

        @Override
        void close();
    }

    /** The oracle, and every backend that can run here. */
    static Stream<Machine> all() {
        Stream<Machine> backends = Backends.all().stream().filter(p -> p.unavailable().isEmpty())
                .map(p -> new OfBackend(p.name(), p.open(BackendOptions.DEFAULT)));
        return Stream.concat(Stream.of(new OfOracle()), backends);
    }

    /** The oracle. */
    record OfOracle() implements Machine {
        @Override
        public String name() { return "oracle"; }

        @Override
        public double tolerance() { return 1e-9; }

        @Override
        public void close() {
        }

        @Override
        public Run start(Graph graph) {
            var oracle = Oracle.of(graph);
            return new Run() {
                @Override
                public void feed(String name, double... values) { oracle.feed(name, values); }

                @Override
                public void step() { oracle.run(); }

                @Override
                public double[] output(String name) { return oracle.output(name); }

                @Override
                public double[] parameter(String name) { return oracle.parameter(name); }

                @Override
                public void close() {
                }
            };
        }
    }

    /** A backend; it computes in 32-bit floats. */
    record OfBackend(String name, Backend backend) implements Machine {
        @Override
        public double tolerance() { return 1e-4; }

        @Override
        public void close() { backend.close(); }

        @Override
        public Run start(Graph graph) {
            var parameters = new LinkedHashMap<String, Tensor>();
            for (Node n : graph.nodes())
                if (n.op() instanceof Leaf.Parameter p) parameters.put(p.name(), backend.allocate(n.type()));
            return new Compiled(backend.compile(Compiler.plan(graph, backend.rules()), parameters), parameters);
        }
    }

    /** A graph on a backend. */
    record Compiled(Executable executable, Map<String, Tensor> parameters) implements Run {
        @Override
        public void feed(String name, double... values) {
            Tensor t = executable.inputs().containsKey(name) ? executable.inputs().get(name) : parameters.get(name);
            Objects.requireNonNull(t, name).copyIn(segment(t.type().dtype(), values));
        }

        private static MemorySegment segment(DType type, double[] values) {
            if (type == DType.I32)
                return MemorySegment.ofArray(Arrays.stream(values).mapToInt(v -> (int) v).toArray());
            var floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) floats[i] = (float) values[i];
            return MemorySegment.ofArray(floats);
        }

        @Override
        public void step() { executable.run(); }

        @Override
        public double[] output(String name) { return doubles(executable.outputs().get(name), name); }

        @Override
        public double[] parameter(String name) { return doubles(parameters.get(name), name); }

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
