package org.gabor.train;

import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.data.Dataset;
import org.gabor.io.Safetensors;

/**
 * What is done to the pixels of an image before the first layer. What it takes to do so is found on the training part
 * alone, stored with the model, and done within the graph: training, evaluation and prediction see the same.
 */
public enum Preprocessing {
    /** y = x / 255. */
    SCALE,
    /** y = (x - m) / 255 with the mean image m: each pixel of each channel has a mean of its own. */
    MEAN,
    /** y = (x - m[c]) / s[c] with mean and standard deviation of each channel over all pixels. */
    STANDARD,
    /**
     * Principal components with variance 1: y = D^(-1/2) U^T (x - m) / 255 with the covariance U D U^T of the training part,
     * eigenvalues in falling order. Component i takes the place of value i in the order [c,h,w], so that neighbours are none
     * any more: it suits dense layers rather than convolutions.
     */
    PCA,
    /**
     * Variance 1 in all directions and no correlation, as close to the image as can be: y = U D^(-1/2) U^T (x - m) / 255
     * (Bell and Sejnowski 1997; Krizhevsky 2009).
     */
    ZCA;

    /** The name on the command line. */
    public String label() { return name().toLowerCase(Locale.ROOT); }

    /**
     * The one of this name.
     *
     * @throws UsageException if there is none
     */
    public static Preprocessing named(String name) {
        return Arrays.stream(values()).filter(p -> p.label().equals(name)).findFirst()
                .orElseThrow(() -> new UsageException(Suggest.unknown("input", name,
                        Arrays.stream(values()).map(Preprocessing::label).toList())));
    }

    /**
     * Finds what it takes on a data set.
     *
     * @throws UsageException if the images are too large for {@link #PCA} and {@link #ZCA}
     * @throws org.gabor.DataException if they need images that differ, and all are the same
     */
    public Fitted fit(Dataset train) {
        return switch (this) {
            case SCALE -> new Fitted(unit(train.channels()), Map.of());
            case STANDARD -> new Fitted(Scaling.standard(train), Map.of());
            case MEAN -> new Fitted(unit(train.channels()), Whitening.mean(train));
            case PCA, ZCA -> new Fitted(unit(train.channels()), Whitening.of(train, this == ZCA));
        };
    }

    private Scaling unit(int channels) {
        return new Scaling(Collections.nCopies(channels, 1.0 / 255), Collections.nCopies(channels, 0.0), this);
    }

    /** Whether the mean image is subtracted. */
    boolean centres() { return this == MEAN || whitens(); }

    /** Whether values of an image are mixed. */
    boolean whitens() { return this == PCA || this == ZCA; }

    /**
     * How pixels become numbers.
     *
     * @param scaling what is described
     * @param tensors what is stored beside it: {@link Scaling#SHIFT} and {@link Scaling#MATRIX}, as far as there are
     */
    public record Fitted(Scaling scaling, Map<String, Safetensors.Data> tensors) {}
}
