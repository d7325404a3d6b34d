package org.gabor.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Scratch;
import org.jspecify.annotations.Nullable;

/**
 * A fixed pool of threads that share out the blocks of one kernel at a time; the caller works too. Idle threads spin
 * for some microseconds, since a step is many short kernels, and then park. Running allocates nothing.
 */
final class Workers implements AutoCloseable {
    private static final int SPINS = 2_000;

    /** None where threads would spin on the cores that others need. */
    private final int spins;
    private final Worker[] workers;
    private final Scratch scratch = new Scratch();
    /** Number of the current kernel in the upper half, its blocks left in the lower: who counts it down owns that block. */
    private final AtomicLong ticket = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    // written before the ticket, and never while the ticket has blocks left
    private @Nullable Kernel kernel;
    private volatile boolean closed;

    /** A pool of {@code threads}, the caller included. */
    Workers(int threads) {
        spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
        this.workers = new Worker[threads - 1];
        for (int i = 1; i < threads; i++) {
            var worker = new Worker("gabor-cpu-" + i);
            workers[i - 1] = worker;
            worker.start();
        }
    }

    /** How many threads work, the caller included. */
    int threads() { return workers.length + 1; }

    /**
     * Does all blocks of a kernel and returns when they are done. What a block throws is thrown here, after the other
     * blocks are done.
     */
    synchronized void run(Kernel work) {
        if (closed) throw new IllegalStateException("the CPU backend is closed");
        int count = work.blocks();
        if (count == 1 || workers.length == 0) {
            for (int block = 0; block < count; block++) work.run(scratch, block);
            return;
        }
        kernel = work;
        open.set(count);
        ticket.set(((ticket.get() >>> 32) + 1 << 32) + count);
        for (Worker w : workers) w.wake();
        help(scratch);
        awaitOthers();
        Throwable thrown = failure.getAndSet(null);
        if (thrown instanceof RuntimeException e) throw e;
        if (thrown instanceof Error e) throw e;
    }

    /** The last blocks of the others take some microseconds; where cores are shared, it helps to step back. */
    @SuppressWarnings("ThreadPriorityCheck")
    private void awaitOthers() {
        for (int i = 0; open.get() > 0; i++) {
            if (i < spins) Thread.onSpinWait();
            else Thread.yield();
        }
    }

    /** Does blocks of the current kernel until none is left. */
    private void help(Scratch own) {
        while (true) {
            long now = ticket.get();
            Kernel work = kernel;
            int block = (int) now - 1;
            if (block < 0 || work == null) return;
            if (!ticket.compareAndSet(now, now - 1)) continue;
            try {
                work.run(own, block);
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            } finally {
                open.decrementAndGet();
            }
        }
    }

    /** Ends all threads. Can be called twice. */
    @Override
    public synchronized void close() {
        closed = true;
        for (Worker w : workers) LockSupport.unpark(w);
        boolean interrupted = false;
        for (Worker w : workers) {
            while (w.isAlive()) {
                try {
                    w.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private final class Worker extends Thread {
        private final Scratch own = new Scratch();
        private volatile boolean parked;

        Worker(String name) {
            super(name);
            setDaemon(true);
        }

        @Override
        public void run() {
            long seen = ticket.get() >>> 32;
            while (!closed) {
                await(seen);
                seen = ticket.get() >>> 32;
                help(own);
            }
        }

        private void await(long seen) {
            for (int i = 0; i < spins; i++) {
                if (ticket.get() >>> 32 != seen || closed) return;
                Thread.onSpinWait();
            }
            parked = true;
            while (ticket.get() >>> 32 == seen && !closed) LockSupport.park(Workers.this);
            parked = false;
        }

        void wake() {
            if (parked) LockSupport.unpark(this);
        }
    }
}
