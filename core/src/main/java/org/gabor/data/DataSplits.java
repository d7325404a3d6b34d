package org.gabor.data;

import java.util.List;
import java.util.Optional;
import org.gabor.DataException;
import org.jspecify.annotations.Nullable;

/**
 * A data set in the parts it comes in: one to train on and, where they exist, one to validate and one to test. All
 * have the same classes and image size.
 */
public final class DataSplits {
    private final String name;
    private final Dataset train;
    private final @Nullable Dataset validation;
    private final @Nullable Dataset test;
    private final List<String> skipped;

    /**
     * Parts under one name.
     *
     * @throws DataException if the parts differ in classes or image size
     */
    public DataSplits(String name, Dataset train, @Nullable Dataset validation, @Nullable Dataset test) {
        this(name, train, validation, test, List.of());
    }

    DataSplits(String name, Dataset train, @Nullable Dataset validation, @Nullable Dataset test, List<String> skipped) {
        this.name = name;
        this.train = train;
        this.validation = validation;
        this.test = test;
        this.skipped = List.copyOf(skipped);
        if (validation != null) {
            checkAlike(train, validation);
        }
        if (test != null) {
            checkAlike(train, test);
        }
    }

    /** The short name, for example {@code mnist}: run folders and recipes go by it. */
    public String name() {
        return name;
    }

    /** The part to train on. */
    public Dataset train() {
        return train;
    }

    /** The part to choose the best weights by, if the data comes with one; see {@link Datasets#split} if not. */
    public Optional<Dataset> validation() {
        return Optional.ofNullable(validation);
    }

    /** Whether there is a {@link #test} part. */
    public boolean hasTest() {
        return test != null;
    }

    /**
     * The part to be looked at once, at the end.
     *
     * @throws DataException if the data comes without one
     */
    public Dataset test() {
        if (test == null) {
            throw new DataException(name + " has no test part; hold one back from the training part with "
                    + "Datasets.split, or add the files of the test part (for an image folder: DIR/test/CLASS/*).");
        }
        return test;
    }

    /** What is wrong with each file that was left out because it cannot be decoded; see {@link BadImages#SKIP}. */
    public List<String> skipped() {
        return skipped;
    }

    private static void checkAlike(Dataset train, Dataset part) {
        ImageSize trainSize = new ImageSize(train.channels(), train.height(), train.width());
        ImageSize partSize = new ImageSize(part.channels(), part.height(), part.width());
        if (!trainSize.equals(partSize)) {
            throw new DataException("images of " + part.name() + " are " + partSize + ", those of " + train.name()
                    + " are " + trainSize + "; all parts of a data set need one size.");
        }
        if (!train.classes().equals(part.classes())) {
            throw new DataException("classes of " + part.name() + " are " + part.classes() + ", those of "
                    + train.name() + " are " + train.classes() + "; all parts of a data set need the same classes.");
        }
    }
}
