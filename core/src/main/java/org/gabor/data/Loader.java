package org.gabor.data;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongToIntFunction;
import org.gabor.DataException;
import org.gabor.GaborException;
import org.gabor.UsageException;
import org.jspecify.annotations.Nullable;

/**
 * Batches of a data set in a given order. Where images lie in memory ({@link Dataset#isInMemory}), a batch is copied when
 * it is asked for. Else threads read ahead, image by image, at most {@link #AHEAD} batches: how many threads there are has
 * no influence on what is in a batch.
 *
 * <p>
 * It never hangs: what a thread throws comes out of {@link #next} for the batch it belongs to, and if no image gets ready
 * for some seconds, that is an error which names the image. It is for one consumer; its threads end with {@link #close}.
 */
public final class Loader implements AutoCloseable {
    /** Batches that are in memory at the same time, the one in use among them. */
    static final int AHEAD = 3;
    /** How long no image may get ready while one is waited for. */
    static final Duration PATIENCE = Duration.ofMillis(4500);
    private static final long JOIN_NANOS = 1_000_000_000;

    private final Dataset data;
    private final int batch;
    private final LongToIntFunction order;
    private final long end;
    private final Duration patience;
    private final Slot[] slots;
    private final List<Thread> workers = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** The next image to be read, counted from the first image of the first batch of all. */
    private long claimed;
    /** The next batch to be given out. */
    private long next;
    /** The batch that was given out last, until the next one is asked for; else -1. */
    private long inUse = -1;
    private long lastChange = System.nanoTime();
    private boolean closed;

    /**
     * Images and labels of a batch. The arrays are used again: they hold until the next batch is asked for.
     *
     * @param images     pixels [n,c,h,w]
     * @param labels     labels [n]
     * @param imageBytes the array of images, made once: a training step allocates nothing
     * @param labelWords the array of labels
     */
    public record Batch(byte[] images, int[] labels, MemorySegment imageBytes, MemorySegment labelWords) {
        Batch(byte[] images, int[] labels) {
            this(images, labels, MemorySegment.ofArray(images), MemorySegment.ofArray(labels));
        }
    }

    /** A batch that is being read. */
    private static final class Slot {
        private final Batch batch;
        private int left;
        private long failedAt = Long.MAX_VALUE;
        private @Nullable Throwable failure;

        Slot(Batch batch) {
            this.batch = batch;
            this.left = batch.labels().length;
        }

        void reset() {
            left = batch.labels().length;
            failedAt = Long.MAX_VALUE;
            failure = null;
        }
    }

    /**
     * Batches {@code first} up to {@code end}, exclusive: batch b holds the images {@code order(b batch)} up to
     * {@code order((b + 1) batch - 1)}.
     *
     * @param batch   images a batch
     * @param order   which image comes at each place; a pure function that any thread may ask
     * @param workers threads, at least 1; none are started for data that is in memory
     */
    public Loader(Dataset data, int batch, LongToIntFunction order, long first, long end, int workers) {
        this(data, batch, order, first, end, workers, PATIENCE);
    }

    Loader(Dataset data, int batch, LongToIntFunction order, long first, long end, int workers, Duration patience) {
        if (workers < 1) {
            throw new UsageException("a loader needs at least 1 worker, got " + workers + ".");
        }
        this.data = data;
        this.batch = batch;
        this.order = order;
        this.end = end;
        this.patience = patience;
        this.next = first;
        this.claimed = first * batch;
        this.slots = new Slot[data.isInMemory() ? 1 : AHEAD];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot(new Batch(new byte[Math.multiplyExact(batch, data.imageBytes())], new int[batch]));
        }
        for (int i = 0; i < workers && !data.isInMemory(); i++) {
            this.workers.add(Thread.ofPlatform().daemon().name("gabor-loader-" + i).start(this::work));
        }
    }

    /** How many threads are usual on this machine. */
    public static int usualWorkers() {
        return Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);
    }

    /**
     * The next batch.
     *
     * @throws DataException          if one of its images cannot be read, or takes too long
     * @throws IllegalStateException if there are no more, or it is closed
     */
    public Batch next() {
        if (next >= end) {
            throw new IllegalStateException("all " + end + " batches have been given out");
        }
        if (data.isInMemory()) {
            Batch here = slots[0].batch;
            for (int i = 0; i < batch; i++) {
                read(next * batch + i, here, i);
            }
            next++;
            return here;
        }
        lock.lock();
        try {
            if (inUse >= 0) {
                slots[(int) (inUse % AHEAD)].reset();
                inUse = -1;
                changed.signalAll();
            }
            Slot slot = slots[(int) (next % AHEAD)];
            awaitReady(slot);
            if (slot.failure != null) {
                throw failed(slot.failure, slot.failedAt);
            }
            inUse = next++;
            return slot.batch;
        } finally {
            lock.unlock();
        }
    }

    private void awaitReady(Slot slot) {
        while (slot.left > 0) {
            if (closed) {
                throw new IllegalStateException("the loader is closed");
            }
            long wait = lastChange + patience.toNanos() - System.nanoTime();
            if (wait <= 0) {
                throw new DataException("reading " + data.name() + " has come to a halt: no image got ready for "
                        + patience.toMillis() / 1000.0 + " s, the last one begun is " + data.describe(order.applyAsInt(
                                Math.max(next * batch, claimed - 1)))
                        + "; is the disk or the network drive slow or gone?");
            }
            try {
                changed.awaitNanos(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DataException("interrupted while waiting for images of " + data.name() + ".", e);
            }
        }
    }

    private RuntimeException failed(Throwable failure, long place) {
        return switch (failure) {
            case GaborException known -> known;
            case Error error -> throw error;
            default -> new DataException("cannot read " + data.describe(order.applyAsInt(place)) + ": " + failure
                    + "; get it again, or remove it.", failure);
        };
    }

    private void work() {
        for (long place = claim(); place >= 0; place = claim()) {
            Slot slot = slots[(int) (place / batch % AHEAD)];
            Throwable failure = null;
            try {
                read(place, slot.batch, (int) (place % batch));
            } catch (Throwable e) {
                failure = e;
            }
            done(slot, place, failure);
        }
    }

    /** The next image to be read, when there is room for it; -1 if there is none any more. */
    private long claim() {
        lock.lock();
        try {
            while (!closed && claimed < end * batch && claimed >= (inUse >= 0 ? inUse + AHEAD : next + AHEAD) * batch) {
                changed.await();
            }
            if (closed || claimed >= end * batch) {
                return -1;
            }
            lastChange = System.nanoTime();
            return claimed++;
        } catch (InterruptedException e) {
            return -1; // only close interrupts
        } finally {
            lock.unlock();
        }
    }

    private void read(long place, Batch to, int at) {
        int index = order.applyAsInt(place);
        data.image(index, to.images(), at * data.imageBytes());
        to.labels()[at] = data.label(index);
    }

    private void done(Slot slot, long place, @Nullable Throwable failure) {
        lock.lock();
        try {
            slot.left--;
            if (failure != null && place < slot.failedAt) {
                slot.failedAt = place;
                slot.failure = failure;
            }
            lastChange = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the threads; one that does not heed an interruption is left to end by itself after a second. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        workers.forEach(Thread::interrupt);
        long until = System.nanoTime() + JOIN_NANOS;
        for (Thread worker : workers) {
            try {
                worker.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
