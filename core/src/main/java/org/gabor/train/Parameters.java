package org.gabor.train;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gabor.ModelFileException;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.io.Safetensors;
import org.gabor.nn.Scope;
import org.gabor.optim.Slab;
import org.gabor.random.Stream;
import org.gabor.spi.Backend;
import org.gabor.spi.Closing;
import org.gabor.spi.Tensor;

/**
 * All that a model keeps between runs, on one backend: a slab of weights, running statistics and, for training, slabs
 * of gradients and optimizer state, the guard and the running totals. Always dense in logical order. Executables that
 * train, evaluate and predict bind to the same ones.
 */
public final class Parameters implements AutoCloseable {
    /** Names of what is no layer's; no layer path starts with a slash. */
    public static final String WEIGHTS = "/weights", GRADIENTS = "/gradients", STATE = "/state/", GUARD = "/guard",
            AVERAGE = "/average", TOTAL_LOSS = "/total/loss", TOTAL_HITS = "/total/hits";

    private final Map<String, Scope.Declared> declared;
    private final Map<String, Tensor> bindings = new LinkedHashMap<>();
    private final List<Tensor> owned = new ArrayList<>();
    private final Slab slab;
    private final int states;

    private Parameters(Map<String, Scope.Declared> declared, Slab slab, int states) {
        this.declared = declared;
        this.slab = slab;
        this.states = states;
    }

    /** Allocates what is common to training and inference, then the rest; nothing is left over if that fails. */
    private Parameters allocated(Backend backend, Runnable rest) {
        try {
            Tensor weights = allocate(backend, WEIGHTS, slab.type());
            slab.slots().forEach(
                    (name, slot) -> bindings.put(name, weights.view(TensorType.f32(slot.shape().dims()), slot.offset())));
            declared.forEach((name, d) -> {
                if (d.kind() == Scope.Kind.STATISTIC) allocate(backend, name, d.node().type());
            });
            rest.run();
            return this;
        } catch (RuntimeException e) {
            throw Closing.after(e, owned);
        }
    }

    /** Memory for evaluation and prediction: weights and statistics. */
    public static Parameters forInference(Backend backend, Map<String, Scope.Declared> declared) {
        return new Parameters(declared, Slab.of(declared, 0), 0).allocated(backend, () -> {});
    }

    /** Memory for training. */
    public static Parameters forTraining(Backend backend, TrainingGraph graph) {
        Slab slab = graph.slab();
        var p = new Parameters(graph.declared(), slab, graph.states());
        return p.allocated(backend, () -> {
            p.allocate(backend, GRADIENTS, slab.type());
            for (int i = 0; i < p.states; i++) p.allocate(backend, STATE + i, slab.type());
            if (graph.averages()) p.allocate(backend, AVERAGE, slab.type());
            p.allocate(backend, GUARD, Update.GUARD);
            p.allocate(backend, TOTAL_LOSS, TensorType.f32(1));
            p.allocate(backend, TOTAL_HITS, TensorType.f32(1));
        });
    }

    private Tensor allocate(Backend backend, String name, TensorType type) {
        Tensor t = backend.allocate(type);
        owned.add(t);
        bindings.put(name, t);
        return t;
    }

    /** What executables bind to, by name. */
    public Map<String, Tensor> bindings() { return Collections.unmodifiableMap(bindings); }

    /** What evaluation binds to: the moving average instead of the weights, if there is one. */
    Map<String, Tensor> averaged() {
        Tensor average = bindings.get(AVERAGE);
        if (average == null) return bindings();
        var averaged = new LinkedHashMap<>(bindings);
        slab.slots().forEach(
                (name, slot) -> averaged.put(name, average.view(TensorType.f32(slot.shape().dims()), slot.offset())));
        return averaged;
    }

    /** A parameter by name. */
    public Tensor get(String name) { return Objects.requireNonNull(bindings.get(name), name); }

    /** Fills everything as its initialiser says: a pure function of seed and name. */
    public void initialise(long seed) { initialise(seed, Map.of()); }

    /** The same, with values for some. */
    void initialise(long seed, Map<String, Safetensors.Data> given) {
        declared.forEach((name, d) -> {
            var random = new Stream(seed, Stream.id("init/" + name), 0, 0);
            get(name).set(d.init().values(d.node().shape(), random));
        });
        given.forEach((name, data) -> get(name).set(data.floats()));
        Tensor average = bindings.get(AVERAGE);
        if (average != null) average.set(get(WEIGHTS).floats());
    }

    /** A copy of weights (their moving average, if there is one) and statistics. */
    public Map<String, Safetensors.Data> copyOut() { return copyOut(averaged(), declared.keySet()); }

    /** A copy of weights, statistics, the optimizer's state and the running totals: all that is needed to go on. */
    Map<String, Safetensors.Data> copyOutState() {
        var names = new ArrayList<>(declared.keySet());
        names.addAll(state());
        return copyOut(bindings, names);
    }

    /** What only a training needs. */
    private List<String> state() {
        var names = new ArrayList<>(List.of(TOTAL_LOSS, TOTAL_HITS));
        for (int i = 0; i < states; i++) names.add(STATE + i);
        if (bindings.containsKey(AVERAGE)) names.add(AVERAGE);
        return names;
    }

    private static Map<String, Safetensors.Data> copyOut(Map<String, Tensor> from, Collection<String> names) {
        var copy = new LinkedHashMap<String, Safetensors.Data>();
        for (String name : names) {
            Tensor t = Objects.requireNonNull(from.get(name));
            copy.put(name, Safetensors.Data.of(t.type().shape(), t.floats()));
        }
        return copy;
    }

    /**
     * Sets weights and statistics.
     *
     * @throws ModelFileException naming the tensor that is missing or has another shape
     */
    public void copyIn(Map<String, Safetensors.Data> tensors) {
        declared.forEach((name, d) -> copyIn(tensors, name, d.node().type()));
    }

    /**
     * Sets what {@link #copyOutState} copied.
     *
     * @throws ModelFileException naming the tensor that is missing or has another shape
     */
    void copyInState(Map<String, Safetensors.Data> tensors) {
        copyIn(tensors);
        state().forEach(name -> copyIn(tensors, name, get(name).type()));
    }

    private void copyIn(Map<String, Safetensors.Data> tensors, String name, TensorType expected) {
        Safetensors.Data data = tensors.get(name);
        if (data == null)
            throw new ModelFileException("the model has no tensor " + name + " (" + expected.shape() + ")");
        if (!data.type().equals(expected))
            throw new ModelFileException("tensor " + name + " is " + data.type() + ", expected " + expected);
        get(name).set(data.floats());
    }

    @Override
    public void close() { Closing.all(owned); }
}
