package org.gabor.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.DeviceBuffer;
import org.gabor.cuda.driver.Event;
import org.gabor.cuda.driver.PinnedBuffer;
import org.gabor.cuda.driver.Stream;
import org.gabor.cuda.driver.Transfer;
import org.gabor.graph.TensorType;
import org.gabor.spi.Backend;
import org.gabor.spi.Closing;
import org.gabor.spi.Tensor;

/**
 * An input of an executable. What the host gives is copied to pinned memory and sent while the device still works on the
 * step before; nothing waits unless the host is {@link #SLOTS} copies ahead. Feeding it allocates nothing.
 */
final class FedTensor implements Tensor {
    /** Copies that may be on their way. */
    private static final int SLOTS = 2;

    private final CudaTensor input;
    private final Stream copying;
    private final Stream computing;
    private final long bytes;
    private final List<Slot> slots = new ArrayList<>();
    private int next;

    FedTensor(CudaTensor input, Context context, Stream copying, Stream computing) {
        this.input = input;
        this.copying = copying;
        this.computing = computing;
        this.bytes = input.type().bytes();
        try {
            for (int i = 0; i < SLOTS; i++) slots.add(new Slot(context));
        } catch (RuntimeException e) {
            throw Closing.after(e, slots);
        }
    }

    /** One copy on its way: host memory, device memory, and when each is free again. */
    private final class Slot implements AutoCloseable {
        private final List<AutoCloseable> owned = new ArrayList<>();
        private final MemorySegment pinned;
        private final Transfer in;
        private final Transfer on;
        private final Event sent;
        private final Event taken;

        Slot(Context context) {
            try {
                PinnedBuffer host = owned(context.pinned(bytes));
                DeviceBuffer device = owned(context.allocate(bytes));
                pinned = host.segment();
                in = Transfer.in(device.address(), pinned);
                on = Transfer.within(input.address(), device.address(), bytes);
                sent = owned(context.event());
                taken = owned(context.event());
            } catch (RuntimeException e) {
                throw Closing.after(e, owned);
            }
        }

        private <T extends AutoCloseable> T owned(T resource) {
            owned.add(resource);
            return resource;
        }

        void send(MemorySegment source) {
            sent.synchronize();
            MemorySegment.copy(source, 0, pinned, 0, bytes);
            copying.await(taken);
            in.run(copying);
            copying.record(sent);
            computing.await(sent);
            on.run(computing);
            computing.record(taken);
        }

        @Override
        public void close() { Closing.all(owned); }
    }

    @Override
    public TensorType type() { return input.type(); }

    @Override
    public Backend backend() { return input.backend(); }

    @Override
    public void copyIn(MemorySegment source) {
        CudaTensor.checkSize("source", source, type());
        input.address();
        slots.get(next).send(source);
        next = (next + 1) % SLOTS;
    }

    @Override
    public void copyOut(MemorySegment target) { input.copyOut(target); }

    @Override
    public Tensor view(TensorType part, long firstElement) { return input.view(part, firstElement); }

    /** Does nothing: it belongs to its executable, which {@link #release}s it. */
    @Override
    public void close() {}

    /** Gives everything back. */
    void release() { Closing.all(slots); }
}
