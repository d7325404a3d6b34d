package org.gabor.spi;

import java.util.Optional;

/** Makes a backend; found by {@link java.util.ServiceLoader}. It must load without its native libraries. */
public interface BackendProvider {
    /** The name of its backend. */
    String name();

    /** Higher is tried first when no backend is named. */
    int rank();

    /** Why the backend cannot run here, in a sentence with the remedy, or empty if it can. Does not throw. */
    Optional<String> unavailable();

    /**
     * Opens the backend.
     *
     * @throws org.gabor.DeviceException if it cannot run after all
     */
    Backend open(BackendOptions options);
}
