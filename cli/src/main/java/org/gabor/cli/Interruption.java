package org.gabor.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C and SIGTERM while something runs that has to be saved: the first one is a request, and the process ends (with
 * 130 or 143, as Java does) when this is closed; the second one ends it at once.
 */
final class Interruption implements AutoCloseable {
    private static final int INT = 2, TERM = 15;

    private final CountDownLatch saved = new CountDownLatch(1);
    private final Runnable told;
    private final Thread hook = new Thread(this::request, "gabor-interruption");
    private volatile boolean requested;

    /**
     * Begins to listen.
     *
     * @param told is run at the first signal
     */
    Interruption(Runnable told) {
        this.told = told;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** True from the first signal on. */
    boolean isRequested() { return requested; }

    /** Java runs this at the first signal and pays no heed to others from then on, so they get the system's own action. */
    private void request() {
        told.run();
        requested = true;
        endAtOnceOn(INT);
        endAtOnceOn(TERM);
        try {
            saved.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void endAtOnceOn(int signal) {
        try {
            var linker = Linker.nativeLinker();
            var action = linker.downcallHandle(linker.defaultLookup().findOrThrow("signal"),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            MemorySegment _ = (MemorySegment) action.invokeExact(signal, MemorySegment.NULL);
        } catch (Throwable e) {
            // a system without signal: only the first one is heard
        }
    }

    /** Everything is saved. */
    @Override
    public void close() {
        saved.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending
        }
    }
}
