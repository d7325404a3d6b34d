package org.gabor.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.gabor.DataException;
import org.gabor.UsageException;
import org.gabor.data.BadImages;
import org.gabor.data.DataSplits;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.data.Split;
import org.gabor.random.Permutation;
import org.gabor.random.Stream;

/**
 * The parts of a data set as training and evaluation use them: the same data, share and seed give the same parts.
 *
 * @param name the short name of the data set
 * @param train what is trained on
 * @param validation what the best epoch is chosen by: the data's own, or a share of the training part
 * @param test what is looked at once, at the end
 * @param skipped what is wrong with each image that was left out
 */
record DataParts(String name, Dataset train, Optional<Dataset> validation, Optional<Dataset> test, List<String> skipped) {
    private static final int FEW = Stream.id("overfit");

    /**
     * Opens a data set.
     *
     * @param share of the training part that is held out if the data has no validation part of its own; 0 for none
     * @param bad what becomes of images that cannot be decoded
     * @param few if not 0: only so many images of the training part, and no other part
     */
    static DataParts open(String spec, BadImages bad, double share, long seed, int few) {
        if (!(share >= 0 && share < 1)) throw new UsageException("--val-split must be in [0, 1), got " + share);
        DataSplits splits = Datasets.open(spec, bad);
        if (splits.train().classes().size() < 2)
            throw new DataException("data set " + spec + " has one class, " + splits.train().classes()
                    + "; a network tells at least two apart: add images of another class");
        if (few > 0)
            return new DataParts(splits.name(), few(splits.train(), few, seed), Optional.empty(), Optional.empty(),
                    splits.skipped());
        Optional<Dataset> test = splits.hasTest() ? Optional.of(splits.test()) : Optional.empty();
        if (splits.validation().isPresent() || share == 0)
            return new DataParts(splits.name(), splits.train(), splits.validation(), test, splits.skipped());
        Split split = Datasets.split(splits.train(), share, seed);
        return new DataParts(splits.name(), split.train(), Optional.of(split.validation()), test, splits.skipped());
    }

    private static Dataset few(Dataset train, int count, long seed) {
        if (count > train.size())
            throw new UsageException("--overfit " + count + ": " + train.name() + " has " + train.size() + " images");
        var order = Permutation.of(seed, FEW, 0, train.size());
        return train.subset(IntStream.range(0, count).map(order::at).toArray());
    }

    /** Says which images were left out, if any were. */
    void tellSkipped(Console console) {
        if (skipped.isEmpty()) return;
        console.note("skipped   " + Figures.count(skipped.size(), "image") + " that cannot be read:");
        skipped.forEach(problem -> console.note("          " + problem));
    }

    /** The part that shows how good a model is: the test part, or the validation part, or the training part. */
    Part judge() {
        if (test.isPresent()) return new Part("test", test.get());
        return validation.map(v -> new Part("validation", v)).orElseGet(() -> new Part("training", train));
    }

    /** A part and what it is called. */
    record Part(String name, Dataset data) {}
}
