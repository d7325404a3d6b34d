package org.gabor.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gabor.DataException;
import org.gabor.Suggest;
import org.jspecify.annotations.Nullable;

/**
 * Folders of image files, one a class: {@code DIR/{train,val,test}/CLASS/*} or {@code DIR/CLASS/*}. Labels
 * follow the sorted names of the training part's class folders. All images are decoded at once, in parallel, and kept
 * as bytes, if they fit into half of the heap; else whenever they are needed.
 */
final class ImageFolder {
    private static final List<String> UNREAD = List.of(".tif", ".tiff", ".webp", ".avif", ".heic");
    private static final double SHARE_OF_HEAP = 0.5;

    private ImageFolder() {
    }

    /** The files of one part, in the order of their names within each class, and their labels. */
    private record Listing(String name, List<String> classes, List<Path> files, List<Integer> labels) {
        int[] labelArray() {
            return labels.stream().mapToInt(label -> label).toArray();
        }

        /** The files that are not among those to leave out; there must be one. */
        Listing without(Set<Path> out) {
            List<Path> kept = new ArrayList<>();
            List<Integer> keptLabels = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                if (!out.contains(files.get(i))) {
                    kept.add(files.get(i));
                    keptLabels.add(labels.get(i));
                }
            }
            if (kept.isEmpty()) {
                throw new DataException("none of the " + files.size() + " images of " + name + " can be read, beginning with "
                        + files.getFirst() + "; 'gabor data verify' says what is wrong with each.");
            }
            return new Listing(name, classes, kept, keptLabels);
        }
    }

    /**
     * Opens a folder.
     *
     * @param size what every image is brought to; null if they are of one size, which is kept
     */
    static DataSplits open(Path dir, @Nullable ImageSize size, BadImages bad) {
        return open(dir, size, bad, (long) (Runtime.getRuntime().maxMemory() * SHARE_OF_HEAP));
    }

    /** The images are kept in memory if they need at most {@code room} bytes, else read when they are asked for. */
    static DataSplits open(Path dir, @Nullable ImageSize size, BadImages bad, long room) {
        Folders.check(dir);
        List<Listing> parts = listings(dir);
        SortedMap<Path, String> problems = bad == BadImages.SKIP ? problems(parts) : new TreeMap<>();
        List<Listing> good = parts.stream().map(part -> part.without(problems.keySet())).toList();
        ImageSize common = size == null ? commonSize(good) : size;
        long need = good.stream().mapToLong(part -> part.files().size()).sum() * common.bytes();
        List<Dataset> opened = good.stream().map(part -> need <= room ? read(part, common)
                : new FileDataset(part.name(), part.classes(), common, part.files(), part.labelArray())).toList();
        return new DataSplits("imagefolder", opened.getFirst(), find(opened, "imagefolder val"),
                find(opened, "imagefolder test"), List.copyOf(problems.values()));
    }

    /** What is wrong with each file that cannot be decoded, in the order of their names. */
    static List<String> damaged(Path dir) {
        Folders.check(dir);
        return List.copyOf(problems(listings(dir)).values());
    }

    private static SortedMap<Path, String> problems(List<Listing> parts) {
        SortedMap<Path, String> problems = Collections.synchronizedSortedMap(new TreeMap<>());
        parts.stream().flatMap(part -> part.files().stream()).toList().parallelStream().forEach(file -> {
            try {
                Decoder.read(file);
            } catch (DataException e) {
                problems.put(file, String.valueOf(e.getMessage()));
            }
        });
        return problems;
    }

    private static List<Listing> listings(Path dir) {
        Path train = dir.resolve("train");
        boolean parted = Files.isDirectory(train);
        List<String> classes = classes(parted ? train : dir);
        List<Listing> parts = new ArrayList<>();
        parts.add(list("imagefolder train", parted ? train : dir, classes));
        for (String part : parted ? List.of("val", "test") : List.<String>of()) {
            if (Files.isDirectory(dir.resolve(part))) {
                parts.add(list("imagefolder " + part, dir.resolve(part), classes));
            }
        }
        return parts;
    }

    private static @Nullable Dataset find(List<Dataset> parts, String name) {
        return parts.stream().filter(part -> part.name().equals(name)).findFirst().orElse(null);
    }

    private static List<String> classes(Path dir) {
        List<String> names = Folders.list(dir).stream().filter(Files::isDirectory)
                .map(path -> path.getFileName().toString()).toList();
        if (names.isEmpty()) {
            throw new DataException(dir + " has no folders; an image folder has one folder a class, as in "
                    + dir.resolve("cat").resolve("1.jpg") + ".");
        }
        return names;
    }

    private static Listing list(String name, Path dir, List<String> classes) {
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (String folder : classes(dir)) {
            int label = classes.indexOf(folder);
            if (label < 0) {
                throw new DataException(dir + ": " + Suggest.unknown("class", folder, classes)
                        + " (the folders of the training part)");
            }
            List<Path> images = Folders.list(dir.resolve(folder)).stream().filter(ImageFolder::isImage).toList();
            if (images.isEmpty()) {
                throw new DataException(dir.resolve(folder) + " holds no image whose name ends in "
                        + String.join(", ", Decoder.EXTENSIONS) + "; add some, or remove the folder.");
            }
            images.forEach(image -> {
                files.add(image);
                labels.add(label);
            });
        }
        return new Listing(name, classes, files, labels);
    }

    private static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        Optional<String> unread = UNREAD.stream().filter(name::endsWith).findFirst();
        if (unread.isPresent()) {
            throw new DataException(file + ": images of the kind " + unread.get()
                    + " are not read; convert it to JPEG or PNG, or remove it.");
        }
        return Decoder.isImage(file);
    }

    private static ImageSize commonSize(List<Listing> parts) {
        List<Path> files = parts.stream().flatMap(part -> part.files().stream()).toList();
        List<ImageSize> sizes = inParallel(files.size(), i -> Decoder.size(files.get(i)));
        ImageSize first = sizes.getFirst();
        for (int i = 1; i < sizes.size(); i++) {
            ImageSize other = sizes.get(i);
            if (other.height() != first.height() || other.width() != first.width()) {
                throw new DataException("images differ in size: " + files.getFirst() + " is " + first.height() + " x "
                        + first.width() + ", " + files.get(i) + " is " + other.height() + " x " + other.width()
                        + " (height x width). Say what to bring them to: imagefolder:DIR@64 scales and crops to "
                        + "64 x 64, imagefolder:DIR@1x48x64 also turns them grey.");
            }
        }
        boolean grey = sizes.stream().allMatch(size -> size.channels() == 1);
        return new ImageSize(grey ? 1 : 3, first.height(), first.width());
    }

    private static Dataset read(Listing part, ImageSize size) {
        List<byte[]> images = inParallel(part.files().size(), i -> Images.read(part.files().get(i), size));
        return new MemoryDataset(part.name(), part.classes(), size, images.toArray(byte[][]::new), part.labelArray());
    }

    /** Results of tasks 0 .. n-1; of the errors, that of the first task, however the threads ran. */
    private static <T> List<T> inParallel(int n, IntFunction<T> task) {
        AtomicInteger firstBad = new AtomicInteger(n);
        DataException[] errors = new DataException[n];
        List<Optional<T>> results = IntStream.range(0, n).parallel().<Optional<T>>mapToObj(i -> {
            if (i > firstBad.get()) {
                return Optional.empty();
            }
            try {
                return Optional.of(task.apply(i));
            } catch (DataException e) {
                errors[i] = e;
                firstBad.accumulateAndGet(i, Math::min);
                return Optional.empty();
            }
        }).toList();
        if (firstBad.get() < n) {
            throw errors[firstBad.get()];
        }
        return results.stream().map(Optional::orElseThrow).collect(Collectors.toList());
    }
}
