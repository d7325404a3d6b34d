package org.gabor.cpu.emit;

/** Something to run: independent blocks of work, fixed when it was made and so for any number of threads. */
public interface Kernel {
    /** How many blocks there are. */
    int blocks();

    /** Does one block, in any order and on any thread. */
    void run(Scratch scratch, int block);
}
