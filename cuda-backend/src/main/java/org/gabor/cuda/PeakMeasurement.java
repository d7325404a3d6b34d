package org.gabor.cuda;

import java.util.List;
import org.gabor.cuda.driver.DeviceBuffer;
import org.gabor.cuda.driver.Event;
import org.gabor.graph.DType;
import org.gabor.spi.Closing;
import org.gabor.spi.Peak;

/** What a GPU does at best: a large matrix product in F32, and a large copy. */
final class PeakMeasurement {
    private static final long ENOUGH_NANOS = 5_000_000;
    private static final int LEAST = 256;
    private static final int MOST = 8192;
    private static final int RUNS = 5;

    private PeakMeasurement() {}

    /** Sizes double until a run takes long enough to be timed. */
    static Peak of(CudaBackend backend) {
        double flops = 0, bytes = 0;
        long nanos = 0;
        for (int n = LEAST; n <= MOST && nanos < ENOUGH_NANOS; n *= 2) {
            long matrix = (long) n * n * Float.BYTES;
            try (DeviceBuffer a = backend.context().allocate(matrix); DeviceBuffer b = backend.context().allocate(matrix);
                    DeviceBuffer c = backend.context().allocate(matrix)) {
                backend.compute().zero(a.address(), matrix);
                backend.compute().zero(b.address(), matrix);
                nanos = fastest(backend, backend.multiplier().task(new Multiply(DType.F32, false, false, n, n, n, a.address(),
                        b.address(), c.address())));
                flops = 2e9 * n * n * n / nanos;
                long copy = fastest(backend, stream -> stream.copy(c.address(), a.address(), matrix));
                bytes = 2e9 * matrix / copy;
            }
        }
        return new Peak(flops, bytes);
    }

    private static long fastest(CudaBackend backend, Tasks.Task task) {
        List<Event> around = List.of(backend.context().event(), backend.context().event());
        try {
            long fastest = Long.MAX_VALUE;
            for (int run = 0; run < RUNS; run++) {
                backend.compute().record(around.getFirst());
                task.give(backend.compute());
                backend.compute().record(around.getLast());
                backend.compute().synchronize();
                fastest = Math.min(fastest, Math.max(1, around.getLast().nanosSince(around.getFirst())));
            }
            return fastest;
        } finally {
            Closing.all(around);
        }
    }
}
