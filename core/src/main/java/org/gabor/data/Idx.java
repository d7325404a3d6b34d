package org.gabor.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gabor.DataException;
import org.jspecify.annotations.Nullable;

/**
 * The IDX format of MNIST and its kin (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): two zero
 * bytes, the type of an element, the number of dimensions, each dimension as a big-endian 32-bit number, the elements.
 */
final class Idx {
    private static final long UNSIGNED_BYTE = 0x08;
    private static final List<String> PREFIXES = List.of("train", "t10k");

    private Idx() {
    }

    /** The two pairs of files of a folder laid out as MNIST's; the pair of the test part may be absent. */
    static DataSplits open(String name, Path dir, List<String> classes) {
        Folders.check(dir);
        Dataset train = part(name + " train", dir, PREFIXES.get(0), classes);
        if (train == null) {
            throw new DataException(dir + " has no train-images-idx3-ubyte or train-images-idx3-ubyte.gz; " + name
                    + " is read from the files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte"
                    + " and t10k-labels-idx1-ubyte, each plain or with .gz ('gabor data get " + name + "' fetches them).");
        }
        return new DataSplits(name, train, null, part(name + " test", dir, PREFIXES.get(1), classes));
    }

    private static @Nullable Dataset part(String name, Path dir, String prefix, List<String> classes) {
        Path images = find(dir, prefix + "-images-idx3-ubyte");
        Path labels = find(dir, prefix + "-labels-idx1-ubyte");
        if (images == null && labels == null) {
            return null;
        }
        if (images == null || labels == null) {
            throw new DataException(dir + " has the " + (images == null ? "labels" : "images") + " of " + name
                    + " but not the " + (images == null ? "images" : "labels") + "; expected "
                    + prefix + (images == null ? "-images-idx3-ubyte" : "-labels-idx1-ubyte")
                    + " or the same with .gz.");
        }
        return read(name, images, labels, classes);
    }

    /** The plain file if there is one, else the compressed one, else null. */
    private static @Nullable Path find(Path dir, String name) {
        for (String candidate : List.of(name, name + ".gz")) {
            if (Files.exists(dir.resolve(candidate))) {
                return dir.resolve(candidate);
            }
        }
        return null;
    }

    /** A data set from a file of images [n,h,w] and one of labels [n]. */
    static Dataset read(String name, Path imageFile, Path labelFile, List<String> classes) {
        try (BinaryFile in = new BinaryFile(imageFile); BinaryFile labelIn = new BinaryFile(labelFile)) {
            long[] dims = header(in, imageFile, 3, "images [n,h,w]");
            int n = Math.toIntExact(dims[0]);
            long labelCount = header(labelIn, labelFile, 1, "labels [n]")[0];
            if (labelCount != n) {
                throw new DataException(labelFile + " has " + labelCount + " labels, but " + imageFile.getFileName()
                        + " has " + n + " images; the two files do not belong together.");
            }
            ImageSize size = new ImageSize(1, (int) dims[1], (int) dims[2]);
            // A list grows with what is there; an array of n would trust the header of a compressed file.
            List<byte[]> images = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                byte[] image = new byte[size.bytes()];
                in.read(image, "image " + i);
                images.add(image);
            }
            in.checkEnd();
            return new MemoryDataset(name, classes, size, images.toArray(byte[][]::new),
                    labels(labelIn, labelFile, n, classes));
        }
    }

    private static int[] labels(BinaryFile in, Path file, int n, List<String> classes) {
        long start = in.offset();
        byte[] bytes = new byte[n];
        in.read(bytes, "the labels");
        in.checkEnd();
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = Labels.check(bytes[i] & 0xFF, classes, file, i, start + i);
        }
        return labels;
    }

    private static long[] header(BinaryFile in, Path file, int rank, String what) {
        long magic = in.readUnsignedInt("the header");
        long expected = UNSIGNED_BYTE << 8 | rank;
        if (magic != expected) {
            throw new DataException(String.format("%s starts with %08x, expected %08x: an IDX file of %s in unsigned "
                    + "bytes. It is another kind of file, or damaged.", file, magic, expected, what));
        }
        long[] dims = new long[rank];
        long bytes = (1L + rank) * Integer.BYTES;
        long elements = 1;
        for (int d = 0; d < rank; d++) {
            dims[d] = in.readUnsignedInt("the header");
            long limit = d == 0 ? Integer.MAX_VALUE : ImageSize.LONGEST_SIDE;
            if (dims[d] < 1 || dims[d] > limit) {
                throw new DataException(file + " says at byte " + (in.offset() - Integer.BYTES) + " that dimension "
                        + d + " of " + what + " is " + dims[d] + ", expected 1 to " + limit
                        + "; the file is damaged: get it again.");
            }
            elements *= dims[d];
        }
        in.checkHolds(bytes + elements, what);
        return dims;
    }
}
