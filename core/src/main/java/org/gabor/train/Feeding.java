package org.gabor.train;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.gabor.data.Dataset;
import org.gabor.data.Loader;
import org.gabor.graph.TensorType;
import org.gabor.spi.Backend;
import org.gabor.spi.Closing;
import org.gabor.spi.Tensor;

/** How the samples of a data set come to the steps of a training. */
sealed interface Feeding extends AutoCloseable {
    /** What the graph of a step of so many samples has to do for it. */
    Samples samples(int batch);

    /** What the step binds to besides its parameters. */
    Map<String, Tensor> bindings();

    /** Before each step, with the step's inputs. Allocates nothing. */
    void feed(Map<String, Tensor> inputs);

    @Override
    void close();

    /**
     * Keeps a data set on the device if it lies in memory and the device has room and use for it, else reads it batch by
     * batch. The result of a training is the same.
     *
     * @param steps steps of an epoch
     * @param loader reads batches
     */
    static Feeding of(Backend backend, Dataset data, int steps, Supplier<Loader> loader) {
        long bytes = (long) data.size() * (data.imageBytes() + Integer.BYTES);
        boolean resident = data.isInMemory() && bytes <= backend.residentBytes();
        return resident ? Resident.of(backend, data, steps) : new Streamed(loader.get());
    }

    /** Batches that are read on the host. */
    record Streamed(Loader loader) implements Feeding {
        @Override
        public Samples samples(int batch) { return new Samples.Fed(); }

        @Override
        public Map<String, Tensor> bindings() { return Map.of(); }

        @Override
        public void feed(Map<String, Tensor> inputs) {
            StepInputs.feed(loader.next(), inputs);
        }

        @Override
        public void close() { loader.close(); }
    }

    /** A data set on the device. */
    record Resident(int steps, Tensor images, Tensor labels) implements Feeding {
        /** Images that are sent at a time. */
        private static final int AT_ONCE = 1024;

        static Resident of(Backend backend, Dataset data, int steps) {
            int count = data.size();
            Tensor images = backend.allocate(TensorType.u8(count, data.channels(), data.height(), data.width()));
            try {
                return new Resident(steps, filled(images, data), labels(backend, data));
            } catch (RuntimeException e) {
                throw Closing.after(e, List.of(images));
            }
        }

        private static Tensor filled(Tensor images, Dataset data) {
            int each = data.imageBytes();
            var some = new byte[Math.multiplyExact(Math.min(AT_ONCE, data.size()), each)];
            for (int first = 0; first < data.size(); first += AT_ONCE) {
                int now = Math.min(AT_ONCE, data.size() - first);
                for (int i = 0; i < now; i++) data.image(first + i, some, i * each);
                images.view(TensorType.u8(now * each), (long) first * each).copyIn(MemorySegment.ofArray(some));
            }
            return images;
        }

        private static Tensor labels(Backend backend, Dataset data) {
            var labels = new int[data.size()];
            for (int i = 0; i < labels.length; i++) labels[i] = data.label(i);
            Tensor all = backend.allocate(TensorType.i32(labels.length));
            try {
                all.set(labels);
                return all;
            } catch (RuntimeException e) {
                throw Closing.after(e, List.of(all));
            }
        }

        @Override
        public Samples samples(int batch) {
            int count = images.type().shape().n();
            return new Samples.Resident(count, Math.min(steps, count / batch));
        }

        @Override
        public Map<String, Tensor> bindings() { return Map.of(Samples.IMAGES, images, Samples.LABELS, labels); }

        @Override
        public void feed(Map<String, Tensor> inputs) {}

        @Override
        public void close() { Closing.all(List.of(labels, images)); }
    }
}
