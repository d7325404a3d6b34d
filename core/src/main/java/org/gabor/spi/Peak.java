package org.gabor.spi;

/**
 * What a device does at best, measured. Figures of other work are judged as shares of these.
 *
 * @param flops floating-point operations a second in f32, a fused multiply-add being two; 0 if there is no way to measure
 * @param bytes bytes a second read from memory; 0 if there is no way to measure
 */
public record Peak(double flops, double bytes) {
    /** Nothing could be measured. */
    public static final Peak UNKNOWN = new Peak(0, 0);
}
