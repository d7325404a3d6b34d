package org.gabor.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gabor.data.Dataset;
import org.gabor.graph.Node;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Shape;
import org.gabor.io.Safetensors;
import org.gabor.nn.Init;
import org.gabor.nn.Scope;

/**
 * How pixels become numbers: y = scale[c] x + shift[c], and what {@link Preprocessing} does to that. Stored with the
 * model, so that training, evaluation and prediction see the same.
 *
 * @param scale factor of each channel
 * @param shift summand of each channel
 * @param kind what is done after that: {@link #SHIFT} is added, and {@link #MATRIX} multiplied
 */
public record Scaling(List<Double> scale, List<Double> shift, Preprocessing kind) {
    private static final int BLOCK = 256;
    /** Name of the mean image, negative, [1,c,h,w]. */
    static final String SHIFT = "/input/shift";
    /** Name of the matrix [c h w, c h w] by which an image, as a row, is multiplied from the right. */
    static final String MATRIX = "/input/matrix";

    /** A factor and a summand for each channel, and no more. */
    public Scaling(List<Double> scale, List<Double> shift) { this(scale, shift, Preprocessing.STANDARD); }

    /** Pixels to 0 ... 1. */
    public static Scaling unit(int channels) {
        return new Scaling(Collections.nCopies(channels, 1.0 / 255), Collections.nCopies(channels, 0.0));
    }

    /**
     * Mean 0 and variance 1 for each channel over all pixels of a data set: y = (x - mean) / deviation. Sums of pixels
     * are
     * exact integers, so the result does not depend on their order.
     */
    public static Scaling standard(Dataset data) {
        int channels = data.channels(), plane = data.height() * data.width();
        long[][] sums = IntStream.range(0, Math.ceilDiv(data.size(), BLOCK)).parallel()
                .mapToObj(b -> sums(data, b * BLOCK)).toArray(long[][]::new);
        long[] sum = new long[channels], squares = new long[channels];
        for (long[] block : sums)
            for (int c = 0; c < channels; c++) {
                sum[c] += block[c];
                squares[c] += block[channels + c];
            }
        var scale = new ArrayList<Double>();
        var shift = new ArrayList<Double>();
        double count = (double) data.size() * plane;
        for (int c = 0; c < channels; c++) {
            double mean = sum[c] / count, variance = squares[c] / count - mean * mean;
            double deviation = variance > 1e-12 ? Math.sqrt(variance) : 1;
            scale.add(1 / deviation);
            shift.add(-mean / deviation);
        }
        return new Scaling(scale, shift);
    }

    /** Sums of the pixels of each channel, then of their squares, of a block of images. */
    private static long[] sums(Dataset data, int from) {
        int channels = data.channels(), plane = data.height() * data.width();
        var sums = new long[2 * channels];
        byte[] image = new byte[channels * plane];
        for (int i = from; i < Math.min(data.size(), from + BLOCK); i++) {
            data.image(i, image, 0);
            for (int j = 0; j < image.length; j++) {
                int x = image[j] & 0xFF;
                sums[j / plane] += x;
                sums[channels + j / plane] += (long) x * x;
            }
        }
        return sums;
    }

    /**
     * The mean of the pixels it was fitted on, 0 to 255, if it was fitted.
     *
     * @param tensors what is stored beside it
     */
    OptionalDouble brightness(Map<String, Safetensors.Data> tensors) {
        return switch (kind) {
            case SCALE -> OptionalDouble.empty();
            case STANDARD -> IntStream.range(0, scale.size()).mapToDouble(c -> -shift.get(c) / scale.get(c)).average();
            case MEAN, PCA, ZCA -> Optional.ofNullable(tensors.get(SHIFT)).map(s -> {
                double sum = 0;
                for (float m : s.floats()) sum -= m;
                return OptionalDouble.of(255 * sum / s.floats().length);
            }).orElse(OptionalDouble.empty());
        };
    }

    /** What is done, as a formula for people. */
    public String describe() {
        return switch (kind) {
            case SCALE -> "y = x / 255";
            case MEAN -> "y = (x - mean image) / 255";
            case STANDARD -> "y = scale x + shift, a channel: scale " + rounded(scale) + ", shift " + rounded(shift);
            case PCA -> "y = (x - mean image) / 255 in principal components of variance 1";
            case ZCA -> "y = (x - mean image) / 255, whitened";
        };
    }

    private static String rounded(List<Double> numbers) {
        return numbers.stream().map(x -> String.format(Locale.ROOT, "%.5g", x)).collect(Collectors.joining(" "));
    }

    /**
     * Appends the conversion of unsigned bytes [n,c,h,w] to a graph.
     *
     * @param scope where the tensors that are stored beside it are declared
     */
    public Node apply(Scope scope, Node images) {
        Node y = images.graph().add(new Pointwise.Normalize(scale, shift), images);
        Shape x = y.shape();
        if (kind.centres()) y = y.plus(scope.statistic(SHIFT, Init.ZERO, 1, x.c(), x.h(), x.w()));
        if (!kind.whitens()) return y;
        int values = x.c() * x.h() * x.w();
        return y.flatten().matmul(scope.statistic(MATRIX, Init.ZERO, values, values), false, false).reshape(x);
    }
}
