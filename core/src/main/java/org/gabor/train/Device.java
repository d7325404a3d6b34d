package org.gabor.train;

import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Backends;
import org.gabor.spi.DeviceInfo;

/** An opened backend. Closing it frees all that lives on it. */
public final class Device implements AutoCloseable {
    private final Backends.Choice choice;
    private final BackendOptions options;

    private Device(Backends.Choice choice, BackendOptions options) {
        this.choice = choice;
        this.options = options;
    }

    /** The fastest usable device: a GPU if there is one. */
    public static Device auto() { return open("auto", BackendOptions.DEFAULT); }

    /**
     * A device by name: {@code auto}, {@code cpu}, {@code cuda}.
     *
     * @throws org.gabor.DeviceException with the reasons, if it cannot be used; another is never taken instead
     */
    public static Device open(String name, BackendOptions options) {
        return new Device(Backends.open(name, options), options);
    }

    /** {@code cpu} or {@code cuda}. */
    public String name() { return choice.backend().name(); }

    /** Why this device was taken. */
    public String reason() { return choice.reason(); }

    /** What it runs on. */
    public DeviceInfo info() { return choice.backend().info(); }

    /** What was asked of it. */
    public BackendOptions options() { return options; }

    /** The backend itself. */
    public Backend backend() { return choice.backend(); }

    @Override
    public void close() { choice.backend().close(); }
}
