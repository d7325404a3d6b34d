package org.gabor.spi;

import java.util.Locale;

/** In which numbers convolutions and matrix products are computed. Weights, statistics and losses are F32 in any case. */
public enum Precision {
    /** 32-bit floats throughout. */
    FP32,
    /** 32-bit floats whose products take 10 bits of the significands, by tensor cores; sums are taken in 32 bits. */
    TF32,
    /** Activations and operands of products in bfloat16; sums are taken in 32 bits. */
    BF16;

    /** The name on the command line. */
    public String label() { return name().toLowerCase(Locale.ROOT); }
}
