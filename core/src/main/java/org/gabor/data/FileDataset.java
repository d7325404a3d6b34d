package org.gabor.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.gabor.DataException;

/** Image files that are read each time they are asked for, because there are too many to be kept. */
final class FileDataset implements Dataset {
    private final String name;
    private final List<String> classes;
    private final ImageSize size;
    private final List<Path> files;
    private final int[] labels;

    FileDataset(String name, List<String> classes, ImageSize size, List<Path> files, int[] labels) {
        this.name = name;
        this.classes = List.copyOf(classes);
        this.size = size;
        this.files = List.copyOf(files);
        this.labels = labels;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int channels() {
        return size.channels();
    }

    @Override
    public int height() {
        return size.height();
    }

    @Override
    public int width() {
        return size.width();
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public void image(int index, byte[] target, int offset) {
        byte[] pixels = Images.read(files.get(index), size);
        System.arraycopy(pixels, 0, target, offset, pixels.length);
    }

    @Override
    public boolean isInMemory() {
        return false;
    }

    @Override
    public String describe(int index) {
        return files.get(index).toString();
    }

    /** Of names and lengths of the files instead of their pixels, which would all have to be decoded. */
    @Override
    public byte[] identity(int index) {
        Path file = files.get(index);
        try {
            String folder = String.valueOf(Objects.requireNonNull(file.getParent()).getFileName());
            byte[] path = (folder + "/" + file.getFileName()).getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(path.length + Long.BYTES).put(path).putLong(Files.size(file)).array();
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e + "; was it removed?", e);
        }
    }
}
