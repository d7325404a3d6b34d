package org.gabor.cpu;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Scratch;
import org.jspecify.annotations.Nullable;

/**
 * A fixed pool of threads that share out the blocks of one kernel at a time; the caller is the first of them. Idle
 * threads spin for a fraction of a millisecond, since a step is many short kernels, and then park. Running allocates
 * nothing.
 *
 * <p>A kernel is a round. Threads enter it while it is open; the caller closes it when no block is left and waits for
 * those inside. A thread that comes late finds it closed, so nobody waits for threads that still sleep.
 */
final class Workers implements AutoCloseable {
    private static final long SPIN_NANOS = 200_000;
    /** Asking for the time takes as long as some looks at the round. */
    private static final int SPINS_BETWEEN_CLOCKS = 32;
    private static final int SPINS_FOR_OTHERS = 2_000;
    /** The round after the last. */
    private static final long CLOSED = -1;

    /** False where threads would spin on the cores that others need. */
    private final boolean spins;
    private final Worker[] workers;
    private final Shares shares;
    private final Scratch scratch = new Scratch();
    /** Number of the round, odd while it is open; or {@link #CLOSED}. */
    private final AtomicLong round = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    // written while no round is open and nobody is inside
    private @Nullable Kernel kernel;

    /** A pool of {@code threads}, the caller included. */
    Workers(int threads) {
        spins = threads <= Runtime.getRuntime().availableProcessors();
        shares = new Shares(threads);
        workers = new Worker[threads - 1];
        for (int i = 1; i < threads; i++) {
            var worker = new Worker(i);
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
        if (round.get() == CLOSED) throw new IllegalStateException("the CPU backend is closed");
        int count = work.blocks();
        if (count == 1 || workers.length == 0) {
            for (int block = 0; block < count; block++) work.run(scratch, block);
            return;
        }
        kernel = work;
        shares.deal(count);
        round.incrementAndGet();
        for (Worker w : workers) w.wake();
        help(0, work, scratch);
        round.incrementAndGet();
        for (Worker w : workers) awaitExit(w);
        Throwable thrown = failure.get();
        if (thrown == null) return;
        failure.set(null);
        if (thrown instanceof RuntimeException e) throw e;
        if (thrown instanceof Error e) throw e;
    }

    /** The last blocks of the others take some microseconds; where cores are shared, it helps to step back. */
    @SuppressWarnings("ThreadPriorityCheck")
    private void awaitExit(Worker worker) {
        for (int i = 0; worker.inside; i++) {
            if (spins && i < SPINS_FOR_OTHERS) Thread.onSpinWait();
            else Thread.yield();
        }
    }

    /** Does the blocks of a thread's own share, and then what is left of the others'. */
    private void help(int thread, Kernel work, Scratch own) {
        for (int block = shares.next(thread); block >= 0; block = shares.next(thread)) attempt(work, own, block);
        for (int block = shares.steal(thread); block >= 0; block = shares.steal(thread)) attempt(work, own, block);
    }

    private void attempt(Kernel work, Scratch own, int block) {
        try {
            work.run(own, block);
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Ends all threads. Can be called twice. */
    @Override
    public synchronized void close() {
        round.set(CLOSED);
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
        private final int number;
        private final Scratch own = new Scratch();
        private volatile boolean inside;
        private volatile boolean parked;

        Worker(int number) {
            super("gabor-cpu-" + number);
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            for (long open = next(0); open != CLOSED; open = next(open)) enter(open);
        }

        /** Works in a round if it is still open. The caller looks at {@code inside} after it has closed the round. */
        private void enter(long open) {
            inside = true;
            try {
                Kernel work = round.get() == open ? kernel : null;
                if (work != null) help(number, work, own);
            } finally {
                inside = false;
            }
        }

        /** Waits for an open round other than the last one. */
        private long next(long last) {
            long start = System.nanoTime();
            for (int i = 1; spins; i++) {
                long now = round.get();
                if (isOpen(now, last)) return now;
                Thread.onSpinWait();
                if (i % SPINS_BETWEEN_CLOCKS == 0 && System.nanoTime() - start > SPIN_NANOS) break;
            }
            parked = true;
            try {
                for (long now = round.get();; now = round.get()) {
                    if (isOpen(now, last)) return now;
                    LockSupport.park(Workers.this);
                }
            } finally {
                parked = false;
            }
        }

        private static boolean isOpen(long now, long last) { return now % 2 != 0 && now != last; }

        void wake() {
            if (parked) LockSupport.unpark(this);
        }
    }
}
