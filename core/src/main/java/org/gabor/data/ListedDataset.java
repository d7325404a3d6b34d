package org.gabor.data;

import java.util.List;

/** A data set that knows the label of every image; where the pixels are is left open. */
abstract class ListedDataset implements Dataset {
    final ImageSize format;
    private final String name;
    private final List<String> classes;
    private final int[] labels;

    /** Images of one format, a label each. */
    ListedDataset(String name, List<String> classes, ImageSize format, int[] labels) {
        this.name = name;
        this.classes = List.copyOf(classes);
        this.format = format;
        this.labels = labels;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int size() {
        return labels.length;
    }

    @Override
    public final int channels() {
        return format.channels();
    }

    @Override
    public final int height() {
        return format.height();
    }

    @Override
    public final int width() {
        return format.width();
    }

    @Override
    public final List<String> classes() {
        return classes;
    }

    @Override
    public final int label(int index) {
        return labels[index];
    }
}
