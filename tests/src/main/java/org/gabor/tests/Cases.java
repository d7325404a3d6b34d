package org.gabor.tests;

import java.util.List;
import java.util.stream.Stream;

/** All that every backend must compute. */
public final class Cases {
    private Cases() {}

    /** Every case; their names are distinct. */
    public static List<Case> all() {
        return Stream.of(AugmentationCases.all(), ConvolutionCases.all(), ProductCases.all(), PoolingCases.all(),
                PointwiseCases.all(), ActivationCases.all(), NormalizationCases.all(), LossCases.all(), MovementCases.all(),
                UpdateCases.all(), ChainCases.all(), FusionCases.all(), CustomCases.all(), NetworkCases.all())
                .flatMap(List::stream).toList();
    }
}
