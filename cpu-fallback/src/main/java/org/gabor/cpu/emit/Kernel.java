package org.gabor.cpu.emit;

/** Something to run: independent blocks of work, fixed when it was made and so for any number of threads. */
public interface Kernel {
    /** How many blocks there are. */
    int blocks();

    /**
     * Blocks of images that the blocks of work belong to, evenly and in order, each reading and writing the values of its
     * own images only; 0 if they do not.
     */
    default int images() { return 0; }

    /**
     * Groups into which the blocks of images fall evenly, each of which must go in order on one thread, since a sum goes on
     * from image to image; {@link #images} if there is no such sum.
     */
    default int parts() { return images(); }

    /** Does one block, in any order and on any thread. */
    void run(Scratch scratch, int block);
}
