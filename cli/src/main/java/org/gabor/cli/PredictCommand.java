package org.gabor.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gabor.UsageException;
import org.gabor.data.Images;
import org.gabor.io.Json;
import org.gabor.io.TextTable;
import org.gabor.nn.ModelSpec;
import org.gabor.train.Classifier;
import org.gabor.train.Device;
import org.gabor.train.Prediction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gabor predict}. */
@Command(name = "predict", customSynopsis = "gabor predict MODEL IMAGE|DIR|GLOB... [options]",
        header = "Names what images show.",
        description = {"%nJPEG, PNG, BMP and GIF files; each is scaled and cropped to the size that the model takes.",
                "Of a folder, all images in it and below are taken."},
        footer = {"%nExamples:", "  gabor predict runs/latest seven.png",
                "  gabor predict runs/latest samples --top 1 --format csv > names.csv",
                "  gabor predict runs/latest scan.jpg --invert",
                "  gabor predict best.safetensors 'photos/**/*.jpg' --format jsonl"})
final class PredictCommand implements Runnable {
    /** Images whose pixels are in memory at the same time. */
    private static final int AT_ONCE = 256;
    /** A difference of brightness that is none of chance, of 255. */
    private static final int CLEARLY = 64;

    private final Console console;

    @Parameters(index = "0", paramLabel = "MODEL",
            description = "A run folder such as runs/latest, or a .safetensors file.")
    private Path model = Path.of("");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "IMAGE",
            description = "Files, folders, or patterns such as 'photos/*.png'.")
    private List<String> images = new ArrayList<>();

    @Option(names = "--top", paramLabel = "N", description = "How many classes an image; default: 5.")
    private int top = 5;

    @Option(names = "--format", paramLabel = "F", description = "table (default), csv, json or jsonl.")
    private Format format = Format.TABLE;

    @Option(names = "--invert", description = "Turns light and dark round first: for dark ink on light paper, when the model"
            + " knows light digits on black.")
    private boolean invert;

    @Option(names = "--json", description = "The same as --format json.")
    private boolean json;

    @Mixin
    private final DeviceOptions device = new DeviceOptions();

    /** How predictions are written. */
    enum Format {
        TABLE, CSV, JSON, JSONL
    }

    /** An image and what it may show. */
    private record Named(Path image, List<Prediction> classes) {}

    PredictCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (json && format != Format.TABLE && format != Format.JSON)
            throw new UsageException("--json and --format " + format.name().toLowerCase(Locale.ROOT) + " exclude each other");
        if (top < 1) throw new UsageException("--top must be at least 1, got " + top);
        Saved saved = Saved.load(model);
        List<Path> files = ImageFiles.find(images);
        try (Device where = device.open(console, false); var classifier = Classifier.of(saved.model(), where)) {
            var named = new ArrayList<Named>();
            var inverted = new ArrayList<Path>();
            for (int from = 0; from < files.size(); from += AT_ONCE) {
                List<Path> some = files.subList(from, Math.min(files.size(), from + AT_ONCE));
                List<byte[]> pixels = some.stream().map(file -> pixels(file, saved.model().spec())).toList();
                List<List<Prediction>> classes = classifier.classifyPixels(pixels, top);
                saved.model().brightness().ifPresent(learned -> {
                    for (int i = 0; i < some.size(); i++) if (looksInverted(pixels.get(i), learned)) inverted.add(some.get(i));
                });
                for (int i = 0; i < some.size(); i++) named.add(new Named(some.get(i), classes.get(i)));
            }
            console.print(switch (json ? Format.JSON : format) {
                case TABLE -> table(named);
                case CSV -> csv(named);
                case JSON -> Json.of(named.stream().map(PredictCommand::json).toList()).pretty().stripTrailing();
                case JSONL -> String.join("\n", named.stream().map(n -> Json.of(json(n)).text()).toList());
            });
            tellHowManyAreRight(named, saved.model().classes());
            if (!inverted.isEmpty()) tellThatTheyLookInverted(inverted);
        }
    }

    private void tellThatTheyLookInverted(List<Path> files) {
        String which = files.getFirst() + (files.size() == 1 ? "" : " and " + (files.size() - 1) + " more");
        console.note("hint      " + which + ": light where the images that were learned from are dark, and the other way round; "
                + (invert ? "leave --invert out" : "--invert turns that round"));
    }

    private byte[] pixels(Path file, ModelSpec spec) {
        byte[] pixels = Images.read(file, spec.channels(), spec.height(), spec.width());
        if (invert) for (int i = 0; i < pixels.length; i++) pixels[i] = (byte) ~pixels[i];
        return pixels;
    }

    /** True if an image would be clearly nearer to the brightness that was learned from if light and dark changed places. */
    private static boolean looksInverted(byte[] pixels, double learned) {
        double sum = 0;
        for (byte pixel : pixels) sum += Byte.toUnsignedInt(pixel);
        double mean = sum / pixels.length;
        return Math.abs(255 - mean - learned) + CLEARLY < Math.abs(mean - learned);
    }

    private static String table(List<Named> named) {
        int columns = named.getFirst().classes().size();
        var headings = new ArrayList<>(List.of("image", "shows"));
        for (int i = 1; i < columns; i++) headings.add("or");
        var table = new TextTable(headings);
        for (Named n : named) {
            var row = new ArrayList<Object>(List.of(n.image));
            n.classes.forEach(p -> row.add(p.name() + " " + Figures.percent(p.probability())));
            table.row(row.toArray());
        }
        return table.text().stripTrailing();
    }

    private static String csv(List<Named> named) {
        var lines = new ArrayList<>(List.of("image,rank,class,probability"));
        for (Named n : named)
            for (int i = 0; i < n.classes.size(); i++) {
                Prediction p = n.classes.get(i);
                lines.add(quoted(n.image.toString()) + "," + (i + 1) + "," + quoted(p.name()) + ","
                        + String.format(Locale.ROOT, "%.6f", p.probability()));
            }
        return String.join("\n", lines);
    }

    /** As RFC 4180 has it. */
    private static String quoted(String text) {
        return text.matches("[^\",\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }

    private static Map<String, Object> json(Named n) {
        var one = new LinkedHashMap<String, Object>();
        one.put("image", n.image.toString());
        one.put("predictions", n.classes.stream().map(p -> {
            var m = new LinkedHashMap<String, Object>();
            m.put("class", p.name());
            m.put("index", p.index());
            m.put("probability", p.probability());
            return m;
        }).toList());
        return one;
    }

    /** Where every image lies in a folder named after a class, the truth is known. */
    private void tellHowManyAreRight(List<Named> named, List<String> classes) {
        List<String> folders = named.stream().map(n -> folder(n.image)).toList();
        if (!classes.containsAll(folders)) return;
        int right = 0;
        for (Named n : named) if (n.classes.getFirst().name().equals(folder(n.image))) right++;
        console.note(Figures.count(right) + " of " + Figures.count(named.size(), "image")
                + " named as the folder they lie in");
    }

    private static String folder(Path image) {
        Path folder = image.toAbsolutePath().getParent();
        return folder == null || folder.getFileName() == null ? "" : folder.getFileName().toString();
    }
}
