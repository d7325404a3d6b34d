package org.gabor.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.gabor.data.Dataset;
import org.gabor.graph.Node;
import org.gabor.graph.Pointwise;

/**
 * How pixels become numbers: y = scale[c] x + shift[c]. Stored with the model, so that training, evaluation and
 * prediction see the same.
 *
 * @param scale factor of each channel
 * @param shift summand of each channel
 */
public record Scaling(List<Double> scale, List<Double> shift) {
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
        long[] sum = new long[channels], squares = new long[channels];
        byte[] image = new byte[channels * plane];
        for (int i = 0; i < data.size(); i++) {
            data.image(i, image, 0);
            for (int j = 0; j < image.length; j++) {
                int x = image[j] & 0xFF;
                sum[j / plane] += x;
                squares[j / plane] += (long) x * x;
            }
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

    /** Appends the conversion of unsigned bytes [n,c,h,w]. */
    Node apply(Node images) { return images.graph().add(new Pointwise.Normalize(scale, shift), images); }

}
