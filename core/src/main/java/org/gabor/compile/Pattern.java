package org.gabor.compile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.gabor.graph.Op;

/**
 * A chain of operations that a backend computes in one step: a head, then parts that each read the result before.
 * Written as data: {@code Pattern.of("conv", Conv2d.class).optional(AddBias.class).optional(Activate.class)}.
 *
 * @param name how plans and lowerings call it
 * @param head operations it may start with
 * @param tail what may or must follow
 */
public record Pattern(String name, Set<Class<? extends Op>> head, List<Part> tail) {
    /** How often a part may stand. */
    public enum Count {
        ONE, OPTIONAL, MANY
    }

    /** Operations that may stand at one place of the chain; MANY is any number, none included. */
    public record Part(Set<Class<? extends Op>> ops, Count count) {
        public Part {
            ops = Set.copyOf(ops);
        }
    }

    public Pattern {
        head = Set.copyOf(head);
        tail = List.copyOf(tail);
    }

    /** A pattern that starts with one of {@code head}. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static Pattern of(String name, Class<? extends Op>... head) {
        return new Pattern(name, Arrays.stream(head).collect(Collectors.toSet()), List.of());
    }

    /** Then one of {@code ops}, or there is no match. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final Pattern then(Class<? extends Op>... ops) { return with(Count.ONE, ops); }

    /** Then one of {@code ops}, if it is there. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final Pattern optional(Class<? extends Op>... ops) { return with(Count.OPTIONAL, ops); }

    /** Then any number of {@code ops}. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final Pattern many(Class<? extends Op>... ops) { return with(Count.MANY, ops); }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private Pattern with(Count count, Class<? extends Op>... ops) {
        var parts = new ArrayList<>(tail);
        parts.add(new Part(Arrays.stream(ops).collect(Collectors.toSet()), count));
        return new Pattern(name, head, parts);
    }
}
