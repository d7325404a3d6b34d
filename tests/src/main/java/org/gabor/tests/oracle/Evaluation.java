package org.gabor.tests.oracle;

import org.gabor.graph.Augmentation;
import org.gabor.graph.Convolution;
import org.gabor.graph.Custom;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Movement;
import org.gabor.graph.Normalization;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Pooling;
import org.gabor.graph.Product;
import org.gabor.graph.Sampling;
import org.gabor.graph.Update;

/** What one operation computes. */
final class Evaluation {
    private Evaluation() {}

    /** The result of an operation that is no leaf. Updates change their operands. */
    static double[] of(Op op, Operands in) {
        return switch (op) {
            case Leaf leaf -> throw new IllegalArgumentException(leaf + " has no operands");
            case Augmentation a -> Augmentations.of(a, in);
            case Convolution c -> Convolutions.of(c, in);
            case Product p -> Products.of(p, in);
            case Pooling p -> Poolings.of(p, in);
            case Pointwise p -> Pointwises.of(p, in);
            case Normalization n -> Normalizations.of(n, in);
            case Loss l -> Losses.of(l, in);
            case Movement m -> Movements.of(m, in);
            case Update u -> Updates.of(u, in);
            case Sampling s -> Samplings.of(s, in);
            case Custom c -> Customs.of(c, in);
        };
    }
}
