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
 * The binary form of CIFAR (Krizhevsky, "Learning multiple layers of features from tiny images", 2009): records of one
 * or two bytes of label and 3072 bytes of pixels, [c,h,w] = [3,32,32]. The class is the last byte of the label: that of
 * CIFAR-100 is preceded by its superclass.
 *
 * @param name       as on the command line
 * @param inner      the folder inside the published archive
 * @param train      names of the files to train on
 * @param test       names of the files to test on
 * @param published  what the archive calls them, for messages
 * @param labelBytes bytes of label a record
 * @param names      the file of class names, one a line, which may be absent
 * @param classes    their usual names
 */
record Cifar(String name, String inner, Pattern train, Pattern test, String published, int labelBytes, String names,
        List<String> classes) {
    private static final ImageSize SIZE = new ImageSize(3, 32, 32);

    static final Cifar TEN = new Cifar("cifar10", "cifar-10-batches-bin", Pattern.compile("data_batch.*\\.bin(\\.gz)?"),
            Pattern.compile("test_batch.*\\.bin(\\.gz)?"),
            "data_batch_1.bin to data_batch_5.bin and test_batch.bin of cifar-10-binary.tar.gz", 1, "batches.meta.txt",
            words("airplane automobile bird cat deer dog frog horse ship truck"));

    static final Cifar HUNDRED = new Cifar("cifar100", "cifar-100-binary", Pattern.compile("train\\.bin(\\.gz)?"),
            Pattern.compile("test\\.bin(\\.gz)?"), "train.bin and test.bin of cifar-100-binary.tar.gz", 2,
            "fine_label_names.txt", words("""
                    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly \
                    camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup \
                    dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower \
                    leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange \
                    orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit \
                    raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel \
                    streetcar sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip \
                    turtle wardrobe whale willow_tree wolf woman worm"""));

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }

    private int record() {
        return labelBytes + SIZE.bytes();
    }

    /** The files of a folder, or of the folder of the archive in it; the test part may be absent. */
    DataSplits open(Path folder) {
        Folders.check(folder);
        Path archived = folder.resolve(inner);
        Path dir = Files.isDirectory(archived) ? archived : folder;
        List<String> known = classes(dir.resolve(names));
        Dataset training = part(name + " train", dir, train, known);
        if (training == null) {
            throw new DataException(dir + " has no file " + train.pattern().replace(".*", "*").replace("\\", "")
                    .replace("(.gz)?", "") + ", plain or .gz; " + name + " is read from " + published
                    + " ('gabor data get " + name + "' fetches it).");
        }
        return new DataSplits(name, training, null, part(name + " test", dir, test, known));
    }

    private List<String> classes(Path file) {
        if (!Files.exists(file)) {
            return classes;
        }
        try {
            List<String> lines =
                    Files.readAllLines(file).stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
            if (lines.size() != classes.size()) {
                throw new DataException(file + " names " + lines.size() + " classes, expected " + classes.size()
                        + ", one a line; put it right, or remove it to have the usual names.");
            }
            return lines;
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e.getMessage()
                    + "; it should be text with one class name a line.", e);
        }
    }

    private @Nullable Dataset part(String partName, Path dir, Pattern pattern, List<String> known) {
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
        files.values().forEach(file -> read(file, known, images, labels));
        return new MemoryDataset(partName, known, SIZE, images.toArray(byte[][]::new),
                labels.stream().mapToInt(k -> k).toArray());
    }

    private void read(Path file, List<String> known, List<byte[]> images, List<Integer> labels) {
        int size = record();
        try (BinaryFile in = new BinaryFile(file)) {
            if (!in.compressed() && in.stored() % size != 0) {
                throw new DataException(file + " has " + in.stored() + " bytes, expected a multiple of " + size
                        + " (a label and 3 x 32 x 32 pixels each); the file is damaged or incomplete: get it again.");
            }
            byte[] bytes = new byte[size];
            int index = 0;
            for (int got = in.readUpTo(bytes); got > 0; got = in.readUpTo(bytes)) {
                if (got < size) {
                    throw new DataException(file + " ends at byte " + in.offset() + " within record " + index
                            + ", which has " + got + " of " + size
                            + " bytes; the file is damaged or incomplete: get it again.");
                }
                long at = in.offset() - size + labelBytes - 1;
                labels.add(Labels.check(bytes[labelBytes - 1] & 0xFF, known, file, index, at));
                images.add(Arrays.copyOfRange(bytes, labelBytes, size));
                index++;
            }
            if (index == 0) {
                throw new DataException(file + " is empty, expected records of " + size + " bytes; get it again.");
            }
        }
    }
}
