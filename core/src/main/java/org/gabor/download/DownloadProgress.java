package org.gabor.download;

/** Somebody who wants to know how a download gets on. */
@FunctionalInterface
public interface DownloadProgress {
    /**
     * Called a few times a second.
     *
     * @param file its name
     * @param done bytes that are here
     * @param total bytes in all; -1 if the server does not say
     */
    void update(String file, long done, long total);

    /** A mirror failed, and what is done about it. */
    default void note(String text) {}
}
