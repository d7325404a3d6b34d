package org.gabor.cpu.kernel;

/**
 * The factors of batch normalisation that belong to a channel, computed in double precision into dense rows of
 * {@code channels} floats: row 0 is gamma / sqrt(variance + eps); for the gradient with batch statistics row 1 is
 * sums[0] / m and row 2 is sums[1] / (m sqrt(variance + eps)).
 *
 * @param channels how many
 * @param stats address of means and variances
 * @param gamma address of gamma
 * @param sums address of the gradient's sums, or 0 for row 0 alone
 * @param m elements a channel
 * @param eps added to the variance
 * @param result address of the rows
 */
public record Coefficients(int channels, long stats, long gamma, long sums, double m, double eps, long result)
        implements Description {}
