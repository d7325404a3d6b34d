package org.gabor.data;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.gabor.DataException;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.jspecify.annotations.Nullable;

/** Opens data sets. */
public final class Datasets {
    private static final List<String> TEN_DIGITS = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    private static final List<String> FASHION = List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal",
            "Shirt", "Sneaker", "Bag", "Ankle boot");
    private static final Pattern SIZED = Pattern.compile("(.+)@([0-9x]+)");

    private static final String IMAGE_FOLDER = "imagefolder";

    private record Entry(DatasetKind kind, Function<String, DataSplits> open) {
    }

    private static final List<Entry> ENTRIES = List.of(
            new Entry(new DatasetKind("digits", "", "handwritten-like digits, drawn by Gabor itself: 28x28 grey, "
                    + "10,000 to train on and 2,000 to test"), _ -> digits(0)),
            new Entry(new DatasetKind("mnist", "DIR", "handwritten digits, 28x28 grey: the four IDX files, plain or "
                    + ".gz"), dir -> mnist(Path.of(dir))),
            new Entry(new DatasetKind("fashion-mnist", "DIR", "clothes, 28x28 grey: the four IDX files, plain or .gz"),
                    dir -> fashionMnist(Path.of(dir))),
            new Entry(new DatasetKind("cifar10", "DIR", "photos of ten things, 32x32 colour: the binary version's "
                    + "data_batch_*.bin and test_batch.bin, plain or .gz"), dir -> cifar10(Path.of(dir))),
            new Entry(new DatasetKind("cifar100", "DIR", "photos of a hundred things, 32x32 colour: the binary version's "
                    + "train.bin and test.bin, plain or .gz"), dir -> cifar100(Path.of(dir))),
            new Entry(new DatasetKind(IMAGE_FOLDER, "DIR[@[[C]xH]xW]", "your JPEG, PNG, BMP and GIF files: "
                    + "DIR/{train,val,test}/CLASS/* or DIR/CLASS/*; @64 (or --size 64) brings all to 64x64"),
                    argument -> sized(argument, Datasets::imageFolder, Datasets::imageFolder)),
            new Entry(new DatasetKind("csv", "FILE[@CxHxW]", "lines of a label and pixels 0 to 255, with titles or not: "
                    + "a file, or a folder with train.csv and perhaps val.csv, test.csv"),
                    argument -> sized(argument, Datasets::csv, Datasets::csv)));

    private Datasets() {
    }

    /** The kinds of data sets that {@link #open} knows. */
    public static List<DatasetKind> kinds() {
        return ENTRIES.stream().map(Entry::kind).toList();
    }

    /**
     * Opens a data set by its description: {@code digits}, or the name of another of the {@link #kinds}, a colon and a
     * folder, as in {@code mnist:data/mnist}. To the folder of an image folder the size that all images are brought to
     * may be added, and to a CSV file that of its images: {@code imagefolder:photos@3x64x48}, see
     * {@link ImageSize#parse}.
     *
     * @throws UsageException if there is no such kind, or the folder is missing from the description
     * @throws DataException  if the data cannot be read
     */
    public static DataSplits open(String spec) {
        int colon = spec.indexOf(':');
        String name = colon < 0 ? spec : spec.substring(0, colon);
        String argument = colon < 0 ? "" : spec.substring(colon + 1);
        Entry entry = ENTRIES.stream().filter(e -> e.kind().name().equals(name)).findFirst()
                .orElseThrow(() -> new UsageException(Suggest.unknown("data set", name,
                        kinds().stream().map(DatasetKind::name).toList())));
        if (argument.isEmpty() != entry.kind().argument().isEmpty()) {
            throw new UsageException("data set '" + spec + "' is written " + entry.kind().spec() + ".");
        }
        return entry.open().apply(argument);
    }

    /**
     * Opens a data set as {@link #open(String)} does, and says what becomes of files of an image folder that cannot be
     * decoded.
     *
     * @throws UsageException if they are to be left out of a data set that is no image folder
     */
    public static DataSplits open(String spec, BadImages bad) {
        if (bad == BadImages.FAIL) {
            return open(spec);
        }
        if (!spec.startsWith(IMAGE_FOLDER + ":")) {
            throw new UsageException("only bad images of an image folder are skipped, but the data is '" + spec
                    + "'; leave it out.");
        }
        return sized(spec.substring(IMAGE_FOLDER.length() + 1), dir -> ImageFolder.open(dir, null, bad),
                (dir, size) -> ImageFolder.open(dir, size, bad));
    }

    /**
     * The description of an image folder with the size that its images are brought to: {@code imagefolder:photos} and
     * {@code 224} make {@code imagefolder:photos@224}.
     *
     * @param size as {@link ImageSize#parse} reads it; null to leave the description as it is
     * @throws UsageException if it is no image folder, or says another size itself
     */
    public static String sized(String spec, @Nullable String size) {
        if (size == null) {
            return spec;
        }
        ImageSize.parse(size);
        if (!spec.startsWith(IMAGE_FOLDER + ":")) {
            throw new UsageException("only images of an image folder are brought to a size, got size " + size + " for '"
                    + spec + "'; leave it out.");
        }
        Matcher said = SIZED.matcher(spec);
        if (said.matches() && !said.group(2).equals(size)) {
            throw new UsageException("'" + spec + "' says another size than " + size + "; leave one out.");
        }
        return said.matches() ? spec : spec + "@" + size;
    }

    /**
     * MNIST from a folder with its four IDX files, plain or compressed (.gz); of two twins the plain one is read.
     *
     * @throws DataException if a file is missing, damaged or of another kind
     */
    public static DataSplits mnist(Path dir) {
        return Idx.open("mnist", dir, TEN_DIGITS);
    }

    /**
     * Fashion-MNIST (Xiao, Rasul and Vollgraf 2017) from a folder with its four IDX files, as {@link #mnist}.
     *
     * @throws DataException if a file is missing, damaged or of another kind
     */
    public static DataSplits fashionMnist(Path dir) {
        return Idx.open("fashion-mnist", dir, FASHION);
    }

    /**
     * CIFAR-10 in its binary form: {@code data_batch*.bin} to train on, {@code test_batch*.bin} to test, plain or
     * compressed (.gz), in {@code dir} or in its folder {@code cifar-10-batches-bin}. Files may hold any number of
     * records.
     *
     * @throws DataException if there is nothing to train on, or a file is damaged
     */
    public static DataSplits cifar10(Path dir) {
        return Cifar.TEN.open(dir);
    }

    /**
     * CIFAR-100 in its binary form, by its hundred fine classes: {@code train.bin} to train on, {@code test.bin} to test,
     * plain or compressed (.gz), in {@code dir} or in its folder {@code cifar-100-binary}.
     *
     * @throws DataException if there is nothing to train on, or a file is damaged
     */
    public static DataSplits cifar100(Path dir) {
        return Cifar.HUNDRED.open(dir);
    }

    /**
     * Image files of one size: {@code dir/{train,val,test}/CLASS/*}, or {@code dir/CLASS/*} to train on alone.
     * Classes are in the order of their folders' names. The images are grey if all files are, else colour.
     *
     * @throws DataException if the images differ in size, one cannot be read, or the folders are not laid out so
     */
    public static DataSplits imageFolder(Path dir) {
        return ImageFolder.open(dir, null, BadImages.FAIL);
    }

    /**
     * Image files, brought to one size as {@link Images#read} does.
     *
     * @throws DataException if one cannot be read, or the folders are not laid out as {@link #imageFolder(Path)} says
     */
    public static DataSplits imageFolder(Path dir, ImageSize size) {
        return ImageFolder.open(dir, size, BadImages.FAIL);
    }

    /**
     * Lines of a label and the pixels of a square image, grey or else colour: a file, or {@code train.csv} and perhaps
     * {@code val.csv} and {@code test.csv} of a folder, plain or compressed (.gz). Pixels are 0 to 255 in the order
     * [c,h,w]. The first line may hold titles; the label stands in the column called label, class, target or y, else in
     * the first.
     *
     * @throws DataException naming line and column of what is wrong
     */
    public static DataSplits csv(Path path) {
        return Csv.open(path, null);
    }

    /**
     * Lines of a label and pixels as {@link #csv(Path)} reads them, of images of this size.
     *
     * @throws DataException naming line and column of what is wrong
     */
    public static DataSplits csv(Path path, ImageSize size) {
        return Csv.open(path, size);
    }

    private static DataSplits sized(String argument, Function<Path, DataSplits> plain,
            BiFunction<Path, ImageSize, DataSplits> sized) {
        Matcher parts = SIZED.matcher(argument);
        return parts.matches()
                ? sized.apply(Path.of(parts.group(1)), ImageSize.parse(parts.group(2)))
                : plain.apply(Path.of(argument));
    }

    /**
     * The built-in digits, see {@link Digits}.
     *
     * @param seed another seed draws other digits
     */
    public static DataSplits digits(long seed) {
        return Digits.splits(seed);
    }

    /**
     * What is wrong with each file of an image folder that cannot be decoded, a text each; where {@link #imageFolder}
     * stops at the first.
     *
     * @throws DataException if the folders are not laid out as {@link #imageFolder(Path)} says
     */
    public static List<String> damagedImages(Path dir) {
        return ImageFolder.damaged(dir);
    }

    /**
     * Cuts a data set in two: of each class the same part, rounded to whole images, is held back for validation. Which
     * images these are depends on the seed alone; each part keeps the order of the whole.
     *
     * @param fraction the part held back, above 0 and below 1
     * @throws UsageException if the fraction is out of range, or leaves nothing in one of the parts
     */
    public static Split split(Dataset data, double fraction, long seed) {
        return Split.of(data, fraction, seed);
    }
}
