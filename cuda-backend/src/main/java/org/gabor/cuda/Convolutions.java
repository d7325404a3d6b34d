package org.gabor.cuda;

/** Chooses how convolutions are computed. */
interface Convolutions {
    /** The problem in the layout in which it is solved: its own, or else dense in logical order. */
    Problem solvable(Problem problem);

    /** Bytes of scratch memory that the chosen algorithm takes for a solvable problem. */
    long workspace(Problem problem);
}
