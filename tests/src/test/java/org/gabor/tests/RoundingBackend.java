package org.gabor.tests;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.gabor.compile.Pattern;
import org.gabor.compile.Plan;
import org.gabor.compile.Rules;
import org.gabor.compile.Step;
import org.gabor.graph.Graph;
import org.gabor.graph.Layout;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.TensorType;
import org.gabor.spi.Backend;
import org.gabor.spi.DeviceInfo;
import org.gabor.spi.Executable;
import org.gabor.spi.Peak;
import org.gabor.spi.Tensor;
import org.gabor.tests.oracle.Oracle;

/**
 * A backend that lets the oracle compute each operation and rounds the result to floats; with a flaw, if one is asked
 * for. It judges the judge: without a flaw every case must pass, with one a case must fail.
 */
final class RoundingBackend implements Backend {
    private final BiFunction<Op, double[], double[]> flaw;

    /** @param flaw what becomes of the result of an operation before it is stored */
    RoundingBackend(BiFunction<Op, double[], double[]> flaw) {
        this.flaw = flaw;
    }

    private record HeapTensor(Backend backend, TensorType type, MemorySegment memory) implements Tensor {
        @Override
        public void copyIn(MemorySegment source) { MemorySegment.copy(source, 0, memory, 0, type.bytes()); }

        @Override
        public void copyOut(MemorySegment target) { MemorySegment.copy(memory, 0, target, 0, type.bytes()); }

        @Override
        public Tensor view(TensorType part, long firstElement) {
            return new HeapTensor(backend, part, memory.asSlice(firstElement * type.dtype().bytes, part.bytes()));
        }

        @Override
        public void close() {}
    }

    @Override
    public String name() { return "rounding"; }

    @Override
    public DeviceInfo info() { return new DeviceInfo("the oracle, rounded", Map.of()); }

    @Override
    public Tensor allocate(TensorType type) {
        return new HeapTensor(this, type,
                Arena.ofAuto().allocate(type.bytes(), 8));
    }

    @Override
    public Peak peak() { return Peak.UNKNOWN; }

    @Override
    public Live live() { return new Live(0, 0, 0); }

    @Override
    public void close() {}

    @Override
    public Rules rules() { return new Dense(); }

    private record Dense() implements Rules {
        @Override
        public List<Pattern> patterns() { return List.of(); }

        @Override
        public Signature signature(Node node, List<Layout> inputs) { return Signature.logical(node); }

        @Override
        public int halo(Node node, int input) { return 0; }

        @Override
        public long workspace(Step step, Map<Node, Layout> layouts) { return 0; }

        @Override
        public int alignment() { return 64; }
    }

    @Override
    public Executable compile(Plan plan, Map<String, Tensor> parameters) { return new Running(plan, parameters); }

    /** One oracle a step: a graph of the one operation, with its operands as parameters. */
    private final class Running implements Executable {
        private final Map<String, Tensor> inputs = new LinkedHashMap<>();
        private final Map<String, Tensor> outputs = new LinkedHashMap<>();
        private final Map<Node, Tensor> values = new HashMap<>();
        private final List<List<Runnable>> steps = new ArrayList<>();

        private Running(Plan plan, Map<String, Tensor> parameters) {
            plan.inputs().forEach((name, n) -> inputs.put(name, values.computeIfAbsent(n, _ -> allocate(n.type()))));
            for (Step s : plan.steps()) steps.add(s.nodes().stream().map(n -> step(n, parameters)).toList());
            plan.outputs().forEach((name, n) -> outputs.put(name, tensor(n, parameters)));
        }

        private Tensor tensor(Node n, Map<String, Tensor> parameters) {
            Tensor known = values.get(n);
            if (known != null) return known;
            Tensor made = switch (n.op().storage()) {
                case VIEW, UPDATE -> tensor(n.in(0), parameters).view(n.type(), 0);
                case BOUND -> n.op() instanceof Leaf.Parameter p
                        ? java.util.Objects.requireNonNull(parameters.get(p.name())) : allocate(n.type());
                case OWN -> allocate(n.type());
            };
            values.put(n, made);
            return made;
        }

        private Runnable step(Node n, Map<String, Tensor> parameters) {
            List<Tensor> operands = n.inputs().stream().map(in -> tensor(in, parameters)).toList();
            Tensor result = tensor(n, parameters);
            var g = new Graph();
            var in = new ArrayList<Node>();
            for (int i = 0; i < operands.size(); i++) in.add(g.parameter("" + i, operands.get(i).type()));
            Node y = g.add(n.op(), in);
            var oracle = Oracle.of(g);
            return () -> {
                for (int i = 0; i < operands.size(); i++) oracle.feed("" + i, Conformance.read(operands.get(i)));
                double[] value = oracle.run().value(y);
                for (int i = 0; i < operands.size(); i++)
                    if (n.op().storage() == Op.Storage.UPDATE) Conformance.fill(operands.get(i),
                            oracle.parameter("" + i));
                Conformance.fill(result, flaw.apply(n.op(), value));
            };
        }

        @Override
        public void run() { profile(); }

        @Override
        public long[] profile() {
            return steps.stream().mapToLong(step -> {
                long start = System.nanoTime();
                step.forEach(Runnable::run);
                return System.nanoTime() - start;
            }).toArray();
        }

        @Override
        public Map<String, Tensor> inputs() { return inputs; }

        @Override
        public Map<String, Tensor> outputs() { return outputs; }

        @Override
        public void close() {}
    }
}
