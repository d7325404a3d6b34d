package org.gabor.cpu.kernel;

import java.util.List;

/**
 * Elements moved from one arrangement to another.
 *
 * @param source address of the first element read
 * @param target address of the first element written
 * @param loops the walk, the innermost last: steps of source (a) and target (b)
 * @param bytes size of an element: 1 or 4
 */
public record Copy(long source, long target, List<Loop> loops, int bytes) implements Description {
    public Copy {
        loops = List.copyOf(loops);
    }
}
