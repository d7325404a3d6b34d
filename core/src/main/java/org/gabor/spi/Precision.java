package org.gabor.spi;

import java.util.Arrays;
import java.util.Locale;
import org.gabor.Suggest;
import org.gabor.UsageException;

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

    /**
     * The one of this name.
     *
     * @throws UsageException if there is none
     */
    public static Precision named(String name) {
        return Arrays.stream(values()).filter(p -> p.label().equals(name)).findFirst()
                .orElseThrow(() -> new UsageException(
                        Suggest.unknown("precision", name, Arrays.stream(values()).map(Precision::label).toList())));
    }
}
