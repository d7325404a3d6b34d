package org.gabor.spi;

import java.util.Map;
import java.util.OptionalLong;
import org.gabor.compile.Plan;
import org.gabor.compile.Rules;
import org.gabor.graph.TensorType;

/**
 * A device that holds tensors and runs plans. Closing it frees all that it still owns; executables and tensors of a
 * closed backend must not be used.
 */
public interface Backend extends AutoCloseable {
    /** Its short name: {@code cpu}, {@code cuda}. */
    String name();

    /** What it runs on, for people and for the record of a run. */
    DeviceInfo info();

    /** How graphs are planned for it. */
    Rules rules();

    /**
     * New memory, filled with zeros.
     *
     * @throws org.gabor.DeviceMemoryException if there is not enough
     */
    Tensor allocate(TensorType type);

    /**
     * Compiles a plan made with {@link #rules()}.
     *
     * @param parameters the tensors to bind to the plan's parameters, by name
     * @throws org.gabor.DeviceMemoryException if the arena does not fit
     */
    Executable compile(Plan plan, Map<String, Tensor> parameters);

    /**
     * Takes the algorithms of an earlier {@link Executable#algorithms} in all plans that are made from now on, where it still
     * has them; what it does not know is left out. With none it chooses itself, as it does at first.
     */
    default void repeat(Map<String, String> algorithms) {}

    /** Bytes that can still be allocated, if that is known. What is kept for later use is given back first. */
    default OptionalLong freeBytes() { return OptionalLong.empty(); }

    /** The largest data set, in bytes, that is better kept on the device than sent to it batch by batch; 0 for none. */
    default long residentBytes() { return 0; }

    /** Measures what the device does at best, with all threads it has been given. Takes a fraction of a second. */
    Peak peak();

    /** Tensors, executables and bytes that are allocated and not yet closed. */
    Live live();

    /** Frees everything. Can be called twice. */
    @Override
    void close();

    /** Counts of what a backend has handed out. All are zero after close. */
    record Live(int tensors, int executables, long bytes) {}
}
