package org.gabor.cuda.driver;

import java.util.Locale;
import org.gabor.DeviceException;

/**
 * Something of the driver's that has one owner and is freed by {@link #close}: a stream, memory, a module. Its context
 * counts it and closes it at the latest when the context itself is closed.
 */
public abstract class Resource implements AutoCloseable {
    /** What is counted apart. */
    public enum Kind {
        /** Streams. */
        STREAM,
        /** Events. */
        EVENT,
        /** Memory of the device that is handed out. */
        DEVICE_BUFFER,
        /** Page-locked memory of the host. */
        PINNED_BUFFER,
        /** Modules of kernels. */
        MODULE,
        /** Instantiated graphs. */
        GRAPH,
        /** Handles of cuDNN and cuBLAS. */
        LIBRARY,
        /** Descriptors of cuDNN. */
        DESCRIPTOR
    }

    private final Context context;
    private final Kind kind;
    private boolean closed;

    /** Counts it as open. To be called when there is something to free. */
    @SuppressWarnings("this-escape") // The context only keeps it.
    protected Resource(Context context, Kind kind) {
        this.context = context;
        this.kind = kind;
        context.opened(this);
    }

    /** Where it lives. */
    public final Context context() { return context; }

    final Kind kind() { return kind; }

    /** Frees it. Called once, with the context current, and not at all once the context is lost. */
    protected abstract void free();

    /** Called in place of {@link #free} once the context is lost: lets go of what lies on the host, whatever that returns. */
    protected void forget() {}

    /** What is to be done in any case, lost or not: host memory, counts. */
    protected void released() {}

    /**
     * Makes the context current for a call that uses this.
     *
     * @throws IllegalStateException if it is closed
     */
    protected final void use() {
        if (closed) throw new IllegalStateException("this " + kind.name().toLowerCase(Locale.ROOT) + " is closed");
        context.enter();
    }

    /**
     * For a constructor that fails after this one: closes what there is.
     *
     * @return the failure, to be thrown
     */
    protected final RuntimeException closeAfter(RuntimeException failure) {
        try {
            close();
        } catch (DeviceException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    /** Can be called twice, and after a fatal error: it then only forgets what the device has lost anyway. */
    @Override
    public final void close() {
        if (closed) return;
        closed = true;
        try {
            if (context.isLost()) forget();
            else context.freeing(this::free);
        } finally {
            context.closed(this);
            released();
        }
    }
}
