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
final class FileDataset extends ListedDataset {
    private final List<Path> files;

    FileDataset(String name, List<String> classes, ImageSize format, List<Path> files, int[] labels) {
        super(name, classes, format, labels);
        this.files = List.copyOf(files);
    }

    @Override
    public void image(int index, byte[] target, int offset) {
        byte[] pixels = Images.read(files.get(index), format);
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
