package org.gabor.spi;

/** Closes several things, each of them whatever becomes of the others. */
public final class Closing {
    private Closing() {}

    /** Closes all in their order, and throws the first error when it is done, with the others as suppressed ones. */
    public static void all(Iterable<? extends AutoCloseable> resources) {
        RuntimeException first = null;
        for (AutoCloseable r : resources) {
            try {
                r.close();
            } catch (Exception e) {
                if (first == null) first = unchecked(e);
                else first.addSuppressed(e);
            }
        }
        if (first != null) throw first;
    }

    /**
     * Closes all after a failure.
     *
     * @return the failure, with the errors of closing as suppressed ones
     */
    public static <T extends Throwable> T after(T failure, Iterable<? extends AutoCloseable> resources) {
        try {
            all(resources);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private static RuntimeException unchecked(Exception e) {
        return e instanceof RuntimeException r ? r : new IllegalStateException("what is closed here throws nothing checked", e);
    }
}
