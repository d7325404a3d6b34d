package org.gabor.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gabor.cuda.driver.Kernel;
import org.gabor.cuda.driver.Stream;

/**
 * Makes works ready to be given to a stream: arguments lie in off-heap memory, descriptors are made, algorithms chosen.
 *
 * @param arena where arguments lie; it must live as long as the tasks are run
 */
record Tasks(Kernels kernels, Solver solver, Multiplier multiplier, Arena arena) {
    /** The most dynamic shared memory that a kernel may have without asking. */
    private static final int SHARED_BYTES = 48 << 10;

    /** Something that can be given to a stream any number of times. */
    interface Task {
        /** Gives it to a stream. Allocates nothing. */
        void give(Stream stream);
    }

    /** The task that does a work. */
    Task of(Work work) {
        return switch (work) {
            case Work.Clear c -> stream -> stream.zero(c.address(), c.bytes());
            case Work.Move m -> stream -> stream.copy(m.to(), m.from(), m.bytes());
            case Launch l -> launch(l);
            case Convolve c -> solver.task(c);
            case Multiply m -> multiplier.task(m);
        };
    }

    private Task launch(Launch l) {
        Kernel kernel = kernels.of(l.family(), l.kernel());
        if (l.sharedBytes() > SHARED_BYTES) kernel.allowShared(l.sharedBytes());
        var builder = kernel.launch(arena).grid(l.grid().x(), l.grid().y(), l.grid().z())
                .block(l.block().x(), l.block().y(), l.block().z()).shared(l.sharedBytes());
        for (byte[] argument : l.arguments().values()) builder.struct(MemorySegment.ofArray(argument));
        return builder.build()::run;
    }
}
