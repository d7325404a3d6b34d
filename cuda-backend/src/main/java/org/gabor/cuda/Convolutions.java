package org.gabor.cuda;

/** Chooses how convolutions are computed. */
interface Convolutions {
    /** Bytes of scratch memory that the chosen algorithm takes. */
    long workspace(Problem problem);
}
