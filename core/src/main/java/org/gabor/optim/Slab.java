package org.gabor.optim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Update;
import org.gabor.nn.Scope;

/**
 * Where each trained parameter lies among all others: groups one after another (those that decay, those that do not),
 * within a group by name, each at a multiple of 64 bytes. Gradients and optimizer state lie in slabs of the same form.
 *
 * @param slots place of each parameter by name, in slab order
 * @param size elements of the slab
 * @param groups contiguous ranges with their own weight decay
 */
public record Slab(Map<String, Slot> slots, int size, List<Update.Group> groups) {
    private static final int ALIGNMENT = 16;

    /** A parameter's shape and its first element in the slab. */
    public record Slot(Shape shape, int offset) {}

    /** The slab of all trained parameters. */
    public static Slab of(Map<String, Scope.Declared> declared, double weightDecay) {
        var slots = new LinkedHashMap<String, Slot>();
        var groups = new ArrayList<Update.Group>();
        int at = 0;
        for (Scope.Kind kind : List.of(Scope.Kind.WEIGHT, Scope.Kind.BIAS)) {
            int begin = at;
            var names = declared.entrySet().stream().filter(e -> e.getValue().kind() == kind).map(Map.Entry::getKey)
                    .sorted(Comparator.naturalOrder()).toList();
            for (String name : names) {
                Shape shape = java.util.Objects.requireNonNull(declared.get(name)).node().shape();
                slots.put(name, new Slot(shape, at));
                at = Math.toIntExact(at + Math.ceilDiv(shape.size(), ALIGNMENT) * ALIGNMENT);
            }
            boolean decays = kind == Scope.Kind.WEIGHT;
            groups.add(new Update.Group(decays ? "decay" : "no decay", begin, at, decays ? weightDecay : 0));
        }
        return new Slab(slots, at, groups);
    }

    /** The slab as one value. */
    public TensorType type() { return TensorType.f32(size); }
}
