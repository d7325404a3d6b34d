package org.gabor.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.gabor.DataException;
import org.gabor.Suggest;
import org.jspecify.annotations.Nullable;

/**
 * Images as lines of text: a label and the pixels, 0 to 255, in the order [c,h,w]. If more than half of the first line
 * are no numbers, it holds titles; the label then stands in the column called label, class, target or y, else in the
 * first.
 */
final class Csv {
    private static final Set<String> LABEL = Set.of("label", "class", "target", "y");
    private static final int BRIGHTEST = 255;
    /** What programs write where a number is missing, and numbers that are not whole: a measurement, but no class. */
    private static final Pattern NO_CLASS =
            Pattern.compile("(?i)nan|[+-]?inf(inity)?|[+-]?[0-9]*+\\.0*+[1-9][0-9]*+|[+-]?[0-9]++\\.?[0-9]*+e[+-]?[0-9]++");

    private final Path file;
    private final String name;
    private final List<byte[]> images = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();
    private final List<Integer> lines = new ArrayList<>();
    private List<String> titles = List.of();
    private int labelColumn;

    private Csv(String name, Path file) {
        this.name = name;
        this.file = file;
    }

    /**
     * A file to train on, or the files train.csv, val.csv and test.csv of a folder, plain or .gz; the latter two may be
     * absent. Classes are the labels of the training part: in the order of numbers if all are, else of the alphabet.
     *
     * @param size what an image is; null if it is square, and grey or else colour
     */
    static DataSplits open(Path path, @Nullable ImageSize size) {
        if (!Files.isDirectory(path)) {
            Csv train = read("csv train", path);
            return new DataSplits("csv", train.dataset(train.classes(), size), null, null);
        }
        Path trainFile = find(path, "train");
        if (trainFile == null) {
            throw new DataException(path + " has no train.csv or train.csv.gz; name a CSV file, or a folder that holds "
                    + "train.csv and perhaps val.csv and test.csv.");
        }
        Csv train = read("csv train", trainFile);
        List<String> classes = train.classes();
        return new DataSplits("csv", train.dataset(classes, size), part(path, "val", classes, size),
                part(path, "test", classes, size));
    }

    private static @Nullable Dataset part(Path dir, String part, List<String> classes, @Nullable ImageSize size) {
        Path file = find(dir, part);
        return file == null ? null : read("csv " + part, file).dataset(classes, size);
    }

    private static @Nullable Path find(Path dir, String part) {
        for (String candidate : List.of(part + ".csv", part + ".csv.gz")) {
            if (Files.exists(dir.resolve(candidate))) {
                return dir.resolve(candidate);
            }
        }
        return null;
    }

    private static Csv read(String name, Path file) {
        Csv csv = new Csv(name, file);
        try (CsvLines in = new CsvLines(file)) {
            if (!in.next()) {
                throw new DataException(file + " is empty, expected lines of a label and pixels; get it again.");
            }
            if (in.fields() < 2) {
                throw in.bad(0, "", "is the only field of the line; expected a label and pixels, separated by commas"
                        + (in.text(0).indexOf(';') < 0 ? "." : ", not by semicolons."));
            }
            int columns = in.fields();
            boolean more = !csv.takeTitles(in) || in.next();
            for (; more; more = in.next()) {
                csv.row(in, columns);
            }
        }
        if (csv.images.isEmpty()) {
            throw new DataException(file + " has titles but no images; expected lines of a label and pixels.");
        }
        return csv;
    }

    private boolean takeTitles(CsvLines in) {
        int words = 0;
        for (int f = 0; f < in.fields(); f++) {
            if (!isNumber(in.text(f))) {
                words++;
            }
        }
        if (2 * words <= in.fields()) {
            return false;
        }
        titles = new ArrayList<>();
        for (int f = 0; f < in.fields(); f++) {
            titles.add(in.text(f));
        }
        for (int f = in.fields() - 1; f >= 0; f--) {
            if (LABEL.contains(titles.get(f).toLowerCase(Locale.ROOT))) {
                labelColumn = f;
            }
        }
        return true;
    }

    private static boolean isNumber(String text) {
        return text.matches("[+-]?[0-9.]+([eE][+-]?[0-9]+)?");
    }

    private void row(CsvLines in, int columns) {
        if (in.fields() != columns) {
            throw new DataException(file + ", line " + in.number() + " has " + in.fields() + " columns, expected "
                    + columns + " as in the first line; put it right, or remove it.");
        }
        String label = in.text(labelColumn);
        if (label.isEmpty() || NO_CLASS.matcher(label).matches()) {
            throw in.bad(labelColumn, title(labelColumn), "is no label; write a whole number or a name.");
        }
        byte[] pixels = new byte[columns - 1];
        int to = 0;
        for (int f = 0; f < columns; f++) {
            if (f == labelColumn) {
                continue;
            }
            int pixel = in.number(f, BRIGHTEST);
            if (pixel < 0) {
                throw in.bad(f, title(f), "is no pixel; expected a whole number from 0 to 255.");
            }
            pixels[to++] = (byte) pixel;
        }
        images.add(pixels);
        labels.add(label);
        lines.add(in.number());
    }

    private String title(int column) {
        return titles.isEmpty() ? "" : titles.get(column);
    }

    private List<String> classes() {
        List<String> names = new ArrayList<>(new HashSet<>(labels));
        names.sort(names.stream().allMatch(n -> n.matches("[0-9]{1,9}"))
                ? Comparator.<String>comparingInt(Integer::parseInt).thenComparing(Comparator.naturalOrder())
                : Comparator.naturalOrder());
        return names;
    }

    private Dataset dataset(List<String> classes, @Nullable ImageSize wanted) {
        ImageSize size = wanted == null ? square() : wanted;
        int pixels = images.getFirst().length;
        if (size.bytes() != pixels) {
            throw new DataException(file + " has " + pixels + " pixels a line, expected " + size.bytes() + " for images of "
                    + size + "; say what they are: csv:FILE@1x28x28 (channels, height, width).");
        }
        Map<String, Integer> index = new HashMap<>();
        classes.forEach(c -> index.put(c, index.size()));
        int[] known = new int[labels.size()];
        for (int i = 0; i < known.length; i++) {
            known[i] = index.getOrDefault(labels.get(i), -1);
            if (known[i] < 0) {
                throw new DataException(file + ", line " + lines.get(i) + ", column " + (labelColumn + 1) + ": "
                        + Suggest.unknown("class", labels.get(i), classes) + " (the labels of the training part)");
            }
        }
        return new MemoryDataset(name, classes, size, images.toArray(byte[][]::new), known);
    }

    /** Grey if the number of pixels is a square, colour if a third of it is. */
    private ImageSize square() {
        int pixels = images.getFirst().length;
        for (int channels : new int[] {1, 3}) {
            int side = (int) Math.round(Math.sqrt(pixels / (double) channels));
            if (channels * side * side == pixels) {
                return new ImageSize(channels, side, side);
            }
        }
        throw new DataException(file + " has " + pixels + " pixels a line, which make no square, grey or colour; say "
                + "what they are: csv:FILE@1x28x20 (channels, height, width).");
    }
}
