package org.gabor.cpu.kernel;

import java.util.List;

/**
 * The sums of all parts and of all lanes, added in order, and what follows from them, as floats. With {@code m} elements
 * a unit, the row of a total is scale times the sum of x; the rows of {@link Sums.Kind#MOMENTS} are mean and biased
 * variance of x, those of {@link Sums.Kind#GRADIENT} the sum of dy and of dy (x - mean) / sqrt(variance + eps).
 *
 * @param kind what was summed
 * @param sums address of [parts][rows][units][lanes] doubles
 * @param parts how many
 * @param units the results, the innermost last: steps of the result (c)
 * @param lanes neighbouring sums that make up a unit
 * @param m elements a unit ({@link Sums.Kind#MOMENTS} only)
 * @param scale factor of a plain sum
 * @param stats address of means and variances, a dense row each ({@link Sums.Kind#GRADIENT} only)
 * @param eps added to the variance ({@link Sums.Kind#GRADIENT} only)
 * @param result address of the results; a second row lies as many floats behind it as there are units
 */
public record Totals(Sums.Kind kind, long sums, int parts, List<Loop> units, int lanes, double m, double scale, long stats,
        double eps, long result) implements Description {
    public Totals {
        units = List.copyOf(units);
    }
}
