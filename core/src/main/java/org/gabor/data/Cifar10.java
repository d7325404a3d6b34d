package org.gabor.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.gabor.DataException;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of CIFAR-10 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009): records of
 * one byte of label and 3072 bytes of pixels, [c,h,w] = [3,32,32].
 */
final class Cifar10 {
    private static final ImageSize SIZE = new ImageSize(3, 32, 32);
    private static final int RECORD = 1 + SIZE.bytes();
    private static final Pattern TRAIN = Pattern.compile("data_batch.*\\.bin(\\.gz)?");
    private static final Pattern TEST = Pattern.compile("test_batch.*\\.bin(\\.gz)?");
    private static final String META = "batches.meta.txt";
    private static final List<String> CLASSES = List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog",
            "horse", "ship", "truck");

    private Cifar10() {
    }

    /** The files of a folder, or of the folder cifar-10-batches-bin in it; the test part may be absent. */
    static DataSplits open(Path folder) {
        Folders.check(folder);
        Path inner = folder.resolve("cifar-10-batches-bin");
        Path dir = Files.isDirectory(inner) ? inner : folder;
        List<String> classes = classes(dir.resolve(META));
        Dataset train = part("cifar10 train", dir, TRAIN, classes);
        if (train == null) {
            throw new DataException(dir + " has no data_batch_*.bin or data_batch_*.bin.gz; cifar10 is read from the "
                    + "files of cifar-10-binary.tar.gz: data_batch_1.bin to data_batch_5.bin and test_batch.bin.");
        }
        return new DataSplits("cifar10", train, null, part("cifar10 test", dir, TEST, classes));
    }

    private static List<String> classes(Path meta) {
        if (!Files.exists(meta)) {
            return CLASSES;
        }
        try {
            List<String> names =
                    Files.readAllLines(meta).stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
            if (names.size() != CLASSES.size()) {
                throw new DataException(meta + " names " + names.size() + " classes, expected " + CLASSES.size()
                        + ", one a line; put it right, or remove it to have the usual names.");
            }
            return names;
        } catch (IOException e) {
            throw new DataException("cannot read " + meta + ": " + e.getMessage()
                    + "; it should be text with one class name a line.", e);
        }
    }

    private static @Nullable Dataset part(String name, Path dir, Pattern pattern, List<String> classes) {
        SortedMap<String, Path> files = new TreeMap<>();
        for (Path file : Folders.list(dir)) {
            String fileName = file.getFileName().toString();
            if (pattern.matcher(fileName).matches()) {
                // The plain file sorts before its compressed twin, and stands for both.
                files.putIfAbsent(fileName.replaceFirst("\\.gz$", ""), file);
            }
        }
        if (files.isEmpty()) {
            return null;
        }
        List<byte[]> images = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        files.values().forEach(file -> read(file, classes, images, labels));
        return new MemoryDataset(name, classes, SIZE, images.toArray(byte[][]::new),
                labels.stream().mapToInt(k -> k).toArray());
    }

    private static void read(Path file, List<String> classes, List<byte[]> images, List<Integer> labels) {
        try (BinaryFile in = new BinaryFile(file)) {
            if (!in.compressed() && in.stored() % RECORD != 0) {
                throw new DataException(file + " has " + in.stored() + " bytes, expected a multiple of " + RECORD
                        + " (a label and 3 x 32 x 32 pixels each); the file is damaged or incomplete: get it again.");
            }
            byte[] record = new byte[RECORD];
            int index = 0;
            for (int got = in.readUpTo(record); got > 0; got = in.readUpTo(record)) {
                if (got < RECORD) {
                    throw new DataException(file + " ends at byte " + in.offset() + " within record " + index
                            + ", which has " + got + " of " + RECORD
                            + " bytes; the file is damaged or incomplete: get it again.");
                }
                labels.add(Labels.check(record[0] & 0xFF, classes, file, index, in.offset() - RECORD));
                images.add(Arrays.copyOfRange(record, 1, RECORD));
                index++;
            }
            if (index == 0) {
                throw new DataException(file + " is empty, expected records of " + RECORD + " bytes; get it again.");
            }
        }
    }
}
