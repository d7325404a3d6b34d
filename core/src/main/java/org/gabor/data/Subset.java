package org.gabor.data;

import java.util.List;
import java.util.Objects;

/** Some images of another data set, in an order of their own. */
final class Subset implements Dataset {
    private final Dataset whole;
    private final int[] indices;

    Subset(Dataset whole, int[] indices) {
        this.whole = whole;
        this.indices = indices.clone();
        for (int index : indices) {
            Objects.checkIndex(index, whole.size());
        }
    }

    @Override
    public String name() {
        return whole.name();
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public int channels() {
        return whole.channels();
    }

    @Override
    public int height() {
        return whole.height();
    }

    @Override
    public int width() {
        return whole.width();
    }

    @Override
    public List<String> classes() {
        return whole.classes();
    }

    @Override
    public int label(int index) {
        return whole.label(indices[index]);
    }

    @Override
    public void image(int index, byte[] target, int offset) {
        whole.image(indices[index], target, offset);
    }

    @Override
    public boolean isInMemory() {
        return whole.isInMemory();
    }

    @Override
    public String describe(int index) {
        return whole.describe(indices[index]);
    }

    @Override
    public byte[] identity(int index) {
        return whole.identity(indices[index]);
    }
}
