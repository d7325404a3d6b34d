package org.gabor.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.gabor.UsageException;
import org.gabor.random.Permutation;
import org.gabor.random.Stream;

/**
 * A data set cut in two.
 *
 * @param train      the larger part
 * @param validation what was held back
 */
public record Split(Dataset train, Dataset validation) {
    private static final int STREAM = Stream.id("split");

    /** Of each class, {@code fraction} of the images (rounded), chosen by {@link Permutation}. */
    static Split of(Dataset data, double fraction, long seed) {
        if (!(fraction > 0 && fraction < 1)) {
            throw new UsageException("the part held back for validation is a fraction above 0 and below 1, got "
                    + fraction + "; 0.1 is usual.");
        }
        int[][] members = membersByClass(data);
        boolean[] held = new boolean[data.size()];
        for (int k = 0; k < members.length; k++) {
            long count = Math.round(fraction * members[k].length);
            if (members[k].length > 0) {
                Permutation order = Permutation.of(seed, STREAM, k, members[k].length);
                for (int i = 0; i < count; i++) {
                    held[members[k][order.at(i)]] = true;
                }
            }
        }
        Dataset train = data.subset(IntStream.range(0, held.length).filter(i -> !held[i]).toArray());
        Dataset validation = data.subset(IntStream.range(0, held.length).filter(i -> held[i]).toArray());
        if (train.size() == 0 || validation.size() == 0) {
            throw new UsageException("a fraction of " + fraction + " cuts the " + data.size() + " images of "
                    + data.name() + " into " + train.size() + " to train on and " + validation.size()
                    + " to validate; choose one that leaves some in both.");
        }
        return new Split(train, validation);
    }

    private static int[][] membersByClass(Dataset data) {
        int[] counts = new int[data.classes().size()];
        for (int i = 0; i < data.size(); i++) {
            counts[data.label(i)]++;
        }
        int[][] members = Arrays.stream(counts).mapToObj(int[]::new).toArray(int[][]::new);
        for (int i = data.size() - 1; i >= 0; i--) {
            int k = data.label(i);
            members[k][--counts[k]] = i;
        }
        return members;
    }
}
