package org.gabor.tests.softgpu;

import java.util.Optional;
import java.util.function.Supplier;

/** Lets a process find the software device in place of a GPU, for as long as something is done. */
public final class SoftwareGpu {
    private static final String PATH = "gabor.cuda.path", ALLOWED = "gabor.softgpu";

    private SoftwareGpu() {}

    /** Why there is no software device here, if so: what builds it is missing. */
    public static Optional<String> unavailable() {
        try {
            SoftwareDevice.get();
            return Optional.empty();
        } catch (IllegalStateException e) {
            return Optional.of(e.getMessage() + ": " + e.getCause());
        }
    }

    /** What {@code body} gives while NVIDIA's libraries are found in the software device's folder. */
    public static synchronized <T> T with(Supplier<T> body) {
        System.setProperty(PATH, SoftwareDevice.get().folder().toString());
        System.setProperty(ALLOWED, "");
        try {
            return body.get();
        } finally {
            System.clearProperty(PATH);
            System.clearProperty(ALLOWED);
        }
    }
}
