package org.gabor.cuda;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gabor.UsageException;
import org.gabor.compile.Plan;
import org.gabor.compile.Plan.Place;
import org.gabor.compile.Step;
import org.gabor.cuda.driver.Event;
import org.gabor.cuda.driver.Graph;
import org.gabor.cuda.driver.Stream;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.spi.Closing;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The works of a plan. The first run gives them to the stream one by one, so that libraries load what they need; then they
 * are captured, and every later run is the launch of one graph.
 */
final class CudaExecutable implements Executable {
    private final CudaBackend backend;
    private final CudaBackend.Allocation memory;
    private final Stream stream;
    /** For each step of the plan its tasks. */
    private final List<List<Tasks.Task>> steps;
    private final List<CudaTensor> parameters;
    private final Map<String, Tensor> inputs;
    private final Map<String, Tensor> outputs;
    private final Map<String, String> algorithms;
    private @Nullable Graph graph;

    private CudaExecutable(CudaBackend backend, CudaBackend.Allocation memory, List<List<Tasks.Task>> steps,
            List<CudaTensor> parameters, Map<String, Tensor> inputs, Map<String, Tensor> outputs,
            Map<String, String> algorithms) {
        this.backend = backend;
        this.memory = memory;
        this.stream = backend.compute();
        this.steps = steps;
        this.parameters = parameters;
        this.inputs = Collections.unmodifiableMap(inputs);
        this.outputs = Collections.unmodifiableMap(outputs);
        this.algorithms = Collections.unmodifiableMap(algorithms);
    }

    /** @param memory the arena of the plan; what else the executable needs is given back with it */
    static CudaExecutable compile(CudaBackend backend, Plan plan, Map<String, Tensor> parameters,
            CudaBackend.Allocation memory) {
        Map<String, CudaTensor> bound = bind(backend, plan, parameters);
        var addresses = new LinkedHashMap<String, Long>();
        bound.forEach((name, t) -> addresses.put(name, t.address()));
        var places = new PlanMemory(plan, memory.address(), addresses);
        Arena arguments = memory.owned(Arena.ofShared(), Arena::close);
        var tasks = new Tasks(backend.kernels(), backend.solver(), backend.multiplier(), arguments);
        var steps = new ArrayList<List<Tasks.Task>>();
        var algorithms = new TreeMap<>(GpuInfo.versions(backend.context().gpu(), backend.context().libraries()));
        for (Step step : plan.steps()) {
            List<Work> works = new CudaLowering(places, memory::constant, backend.solver(), step).lower();
            steps.add(works.stream().map(tasks::of).toList());
            for (Work work : works)
                if (work instanceof Convolve c)
                    algorithms.put(c.problem().toString(), backend.solver().algorithm(c.problem()).toString());
        }
        var inputs = new LinkedHashMap<String, Tensor>();
        plan.inputs().forEach((name, n) -> inputs.put(name, memory.fed(tensor(backend, plan, n, memory, bound))));
        var outputs = new LinkedHashMap<String, Tensor>();
        plan.outputs().forEach((name, n) -> outputs.put(name, tensor(backend, plan, n, memory, bound)));
        return new CudaExecutable(backend, memory, steps, List.copyOf(bound.values()), inputs, outputs, algorithms);
    }

    private static Map<String, CudaTensor> bind(CudaBackend backend, Plan plan, Map<String, Tensor> parameters) {
        var bound = new LinkedHashMap<String, CudaTensor>();
        for (Node n : plan.values().keySet()) {
            if (!(n.op() instanceof Leaf.Parameter p)) continue;
            Tensor t = parameters.get(p.name());
            if (t == null) throw new UsageException("parameter " + p.name() + " is not bound; got " + parameters.keySet());
            if (!(t instanceof CudaTensor own) || t.backend() != backend)
                throw new UsageException("parameter " + p.name() + " lies on another device: " + t.backend().name());
            if (!t.type().equals(n.type()))
                throw new UsageException("parameter " + p.name() + " is " + n.type() + ", the tensor is " + t.type());
            bound.put(p.name(), own);
        }
        return bound;
    }

    private static CudaTensor tensor(CudaBackend backend, Plan plan, Node n, CudaBackend.Allocation memory,
            Map<String, CudaTensor> bound) {
        return switch (plan.value(n).place()) {
            case Place.Arena a -> new CudaTensor(backend, n.type(), memory, a.offset(), false);
            case Place.Bound b -> {
                CudaTensor whole = bound.get(b.parameter());
                if (whole == null) throw new IllegalStateException(b.parameter() + " is not bound");
                yield n.op().storage() == Op.Storage.BOUND ? whole
                        : (CudaTensor) whole.view(n.type(), b.offset() / n.type().dtype().bytes);
            }
        };
    }

    @Override
    public void run() {
        checkHeld();
        if (graph != null) {
            graph.launch(stream);
            return;
        }
        giveAll();
        graph = memory.owned(stream.capture(this::giveAll), Graph::close);
    }

    private void giveAll() {
        for (List<Tasks.Task> step : steps) for (Tasks.Task task : step) task.give(stream);
    }

    @Override
    public long[] profile() {
        checkHeld();
        var reached = new ArrayList<Event>();
        try {
            for (int i = 0; i <= steps.size(); i++) reached.add(backend.context().event());
            stream.record(reached.getFirst());
            for (int i = 0; i < steps.size(); i++) {
                for (Tasks.Task task : steps.get(i)) task.give(stream);
                stream.record(reached.get(i + 1));
            }
            stream.synchronize();
            var nanos = new long[steps.size()];
            for (int i = 0; i < nanos.length; i++) nanos[i] = reached.get(i + 1).nanosSince(reached.get(i));
            return nanos;
        } finally {
            Closing.all(reached);
        }
    }

    private void checkHeld() {
        memory.address();
        for (CudaTensor p : parameters) p.address();
    }

    @Override
    public Map<String, String> algorithms() { return algorithms; }

    @Override
    public Map<String, Tensor> inputs() { return inputs; }

    @Override
    public Map<String, Tensor> outputs() { return outputs; }

    @Override
    public void close() { memory.close(); }
}
