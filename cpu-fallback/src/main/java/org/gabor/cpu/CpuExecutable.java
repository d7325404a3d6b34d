package org.gabor.cpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gabor.UsageException;
import org.gabor.compile.Plan;
import org.gabor.compile.Plan.Place;
import org.gabor.compile.Step;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Program;
import org.gabor.cpu.kernel.Description;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;

/** The kernels of a plan, one after the other. */
final class CpuExecutable implements Executable {
    private final Workers workers;
    private final CpuBackend.Allocation arena;
    /** What a run does: kernels, some of them put together. */
    private final Kernel[] kernels;
    /** For each step of the plan its kernels, every one for itself. */
    private final List<List<Kernel>> steps;
    private final CpuTensor[] parameters;
    private final Map<String, Tensor> inputs;
    private final Map<String, Tensor> outputs;

    private CpuExecutable(Workers workers, CpuBackend.Allocation arena, List<Kernel> kernels, List<List<Kernel>> steps,
            List<CpuTensor> parameters, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        this.workers = workers;
        this.arena = arena;
        this.kernels = kernels.toArray(Kernel[]::new);
        this.steps = steps;
        this.parameters = parameters.toArray(CpuTensor[]::new);
        this.inputs = Collections.unmodifiableMap(inputs);
        this.outputs = Collections.unmodifiableMap(outputs);
    }

    static CpuExecutable compile(CpuBackend backend, Workers workers, Emitter emitter, Plan plan,
            Map<String, Tensor> parameters, CpuBackend.Allocation arena) {
        Map<String, CpuTensor> bound = bind(backend, plan, parameters);
        var memory = new PlanMemory(plan, arena.address(), bound);
        var descriptions = new ArrayList<Description>();
        var counts = new ArrayList<Integer>();
        for (Step step : plan.steps()) {
            List<Description> lowered = new CpuLowering(memory, step).lower();
            descriptions.addAll(lowered);
            counts.add(lowered.size());
        }
        Map<String, Tensor> inputs = tensors(backend, plan, plan.inputs(), arena, bound);
        Map<String, Tensor> outputs = tensors(backend, plan, plan.outputs(), arena, bound);
        Program program = emitter.emit(descriptions);
        arena.onClose(program::close);
        return new CpuExecutable(workers, arena, grouped(descriptions, program.kernels()),
                apart(counts, program.kernels()), List.copyOf(bound.values()), inputs, outputs);
    }

    private static List<List<Kernel>> apart(List<Integer> counts, List<Kernel> kernels) {
        var steps = new ArrayList<List<Kernel>>();
        int from = 0;
        for (int count : counts) steps.add(kernels.subList(from, from += count));
        return steps;
    }

    private static List<Kernel> grouped(List<Description> descriptions, List<Kernel> kernels) {
        var tasks = new ArrayList<Groups.Task>();
        for (int i = 0; i < kernels.size(); i++) {
            Kernel k = kernels.get(i);
            tasks.add(new Groups.Task(k, Footprints.of(descriptions.get(i), k.images(), k.parts())));
        }
        return Groups.of(tasks);
    }

    private static Map<String, CpuTensor> bind(CpuBackend backend, Plan plan, Map<String, Tensor> parameters) {
        var bound = new LinkedHashMap<String, CpuTensor>();
        for (Node n : plan.values().keySet()) {
            if (!(n.op() instanceof Leaf.Parameter p)) continue;
            Tensor t = parameters.get(p.name());
            if (t == null) throw new UsageException("parameter " + p.name() + " is not bound; got " + parameters.keySet());
            if (!(t instanceof CpuTensor own) || t.backend() != backend)
                throw new UsageException("parameter " + p.name() + " lies on another device: " + t.backend().name());
            if (!t.type().equals(n.type()))
                throw new UsageException("parameter " + p.name() + " is " + n.type() + ", the tensor is " + t.type());
            bound.put(p.name(), own);
        }
        return bound;
    }

    private static Map<String, Tensor> tensors(CpuBackend backend, Plan plan, Map<String, Node> nodes,
            CpuBackend.Allocation arena, Map<String, CpuTensor> bound) {
        var tensors = new LinkedHashMap<String, Tensor>();
        nodes.forEach((name, n) -> tensors.put(name, switch (plan.value(n).place()) {
            case Place.Arena a -> new CpuTensor(backend, n.type(), arena, a.offset(), false);
            case Place.Bound b when n.op().storage() == Op.Storage.BOUND -> PlanMemory.bound(bound, b);
            case Place.Bound b -> PlanMemory.bound(bound, b).view(n.type(), b.offset() / n.type().dtype().bytes);
        }));
        return tensors;
    }

    @Override
    public void run() {
        checkHeld();
        for (Kernel k : kernels) workers.run(k);
    }

    @Override
    public long[] profile() {
        checkHeld();
        var nanos = new long[steps.size()];
        for (int i = 0; i < nanos.length; i++) {
            long start = System.nanoTime();
            for (Kernel k : steps.get(i)) workers.run(k);
            nanos[i] = System.nanoTime() - start;
        }
        return nanos;
    }

    private void checkHeld() {
        arena.checkHeld();
        for (CpuTensor p : parameters) p.address();
    }

    @Override
    public Map<String, Tensor> inputs() { return inputs; }

    @Override
    public Map<String, Tensor> outputs() { return outputs; }

    @Override
    public void close() { arena.close(); }
}
