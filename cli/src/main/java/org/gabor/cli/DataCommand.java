package org.gabor.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.gabor.UsageException;
import org.gabor.data.Augment;
import org.gabor.data.DataSplits;
import org.gabor.data.Dataset;
import org.gabor.data.DatasetKind;
import org.gabor.data.Datasets;
import org.gabor.data.ImageSize;
import org.gabor.data.Images;
import org.gabor.io.Json;
import org.gabor.io.TextTable;
import org.gabor.spi.BackendOptions;
import org.gabor.train.AugmentedImages;
import org.gabor.train.Device;
import org.gabor.train.Scaling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gabor data}. */
@Command(name = "data", customSynopsis = "gabor data list|get|verify|show|stats|export",
        header = "Fetches and shows data sets, and writes samples of them as images.",
        footer = {"%nExamples:", "  gabor data list", "  gabor data get mnist", "  gabor data verify mnist:data/mnist",
                "  gabor data show mnist:data/mnist", "  gabor data stats digits",
                "  gabor data export digits --out samples --count 20"})
final class DataCommand implements Runnable {
    private static final List<String> COLOURS = List.of("red", "green", "blue");

    private final Console console;

    DataCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        throw new UsageException("say which: gabor data list, get NAME, verify DATA, show DATA, stats DATA, or export"
                + " DATA --out DIR");
    }

    @Command(name = "list", customSynopsis = "gabor data list [--json]", header = "Lists the kinds of data sets.",
            footer = {"%nExample:", "  gabor data list"})
    void list(@Option(names = "--json", description = "Prints JSON.") boolean json) {
        if (json) {
            var kinds = Datasets.kinds().stream().map(k -> Map.of("data", k.spec(), "description", k.description()));
            console.print(Json.of(kinds.toList()).pretty().stripTrailing());
            return;
        }
        var table = new TextTable(List.of("data", "what it is"));
        for (DatasetKind kind : Datasets.kinds()) table.row(kind.spec(), kind.description());
        console.print(table.text().stripTrailing());
    }

    @Command(name = "show", customSynopsis = "gabor data show DATA [--json]",
            header = "Shows parts, sizes and classes of a data set.",
            footer = {"%nExample:", "  gabor data show mnist:data/mnist"})
    void show(@Parameters(paramLabel = "DATA", description = "As in 'gabor data list'.") String spec,
            @Option(names = "--json", description = "Prints JSON.") boolean json) {
        DataSplits splits = Datasets.open(spec);
        Dataset d = splits.train();
        var size = new ImageSize(d.channels(), d.height(), d.width());
        if (json) {
            var sizes = new LinkedHashMap<String, Object>();
            parts(splits).forEach((name, part) -> sizes.put(name, part.size()));
            var all = new LinkedHashMap<String, Object>();
            all.put("name", splits.name());
            all.put("image", size.toString());
            all.put("parts", sizes);
            all.put("classes", d.classes());
            console.print(Json.of(all).pretty().stripTrailing());
            return;
        }
        var sizes = new ArrayList<String>();
        parts(splits).forEach((name, part) -> sizes.add(name + " " + Figures.count(part.size())));
        console.print("name     " + splits.name() + "\nimages   " + size + " (channels x height x width)\nparts    "
                + String.join(", ", sizes)
                + "\nclasses  " + d.classes().size() + ": " + String.join(", ", d.classes()));
    }

    @Command(name = "stats", customSynopsis = "gabor data stats DATA [--json]",
            header = "Shows mean and deviation of the pixels, and how many images each class has.",
            footer = {"%nExample:", "  gabor data stats digits"})
    void stats(@Parameters(paramLabel = "DATA", description = "As in 'gabor data list'.") String spec,
            @Option(names = "--json", description = "Prints JSON.") boolean json) {
        DataSplits splits = Datasets.open(spec);
        Dataset d = splits.train();
        Map<String, int[]> counts = new LinkedHashMap<>();
        parts(splits).forEach((name, part) -> counts.put(name, countClasses(part)));
        Pixels pixels = Pixels.of(d);
        if (json) {
            var all = new LinkedHashMap<String, Object>();
            all.put("mean", pixels.mean());
            all.put("deviation", pixels.deviation());
            for (int c = 0; c < d.classes().size(); c++) {
                var one = new LinkedHashMap<String, Object>();
                for (var part : counts.entrySet()) one.put(part.getKey(), part.getValue()[c]);
                all.put("class " + d.classes().get(c), one);
            }
            console.print(Json.of(all).pretty().stripTrailing());
            return;
        }
        var channels = new TextTable(List.of("channel", ">mean", ">deviation"));
        for (int c = 0; c < d.channels(); c++)
            channels.row(d.channels() == 1 ? "grey" : COLOURS.get(c), number(pixels.mean().get(c)),
                    number(pixels.deviation().get(c)));
        var headings = new ArrayList<>(List.of("class"));
        counts.keySet().forEach(name -> headings.add(">" + name));
        var classes = new TextTable(headings);
        for (int c = 0; c < d.classes().size(); c++) {
            var row = new ArrayList<Object>(List.of(d.classes().get(c)));
            for (int[] part : counts.values()) row.add(Figures.count(part[c]));
            classes.row(row.toArray());
        }
        console.print("pixels of the training part, 0 to 255\n" + channels.text() + "\nimages a class\n"
                + classes.text().stripTrailing());
    }

    @Command(name = "export", customSynopsis = "gabor data export DATA --out DIR [options]",
            header = "Writes images as PNG files, one folder a class.",
            footer = {"%nExample:", "  gabor data export digits --out samples --count 20",
                    "  gabor data export mnist:data/mnist --out samples --split train",
                    "  gabor data export digits --out distorted --augment light"})
    void export(@Parameters(paramLabel = "DATA", description = "As in 'gabor data list'.") String spec,
            @Option(names = "--out", paramLabel = "DIR", required = true,
                    description = "Folder to write to; made if need be.") Path out,
            @Option(names = "--count", paramLabel = "N", defaultValue = "100",
                    description = "How many, from the first on; default: 100.") int count,
            @Option(names = "--split", paramLabel = "PART", defaultValue = "test",
                    description = "train, val or test (default).") String part,
            @Option(names = "--augment", paramLabel = "HOW", defaultValue = "none",
                    description = "none (default), or light: as 'gabor train --augment light' sees them.") Augment augment,
            @Option(names = "--json", description = "Prints JSON.") boolean json) {
        if (count < 1) throw new UsageException("--count must be at least 1, got " + count);
        DataSplits splits = Datasets.open(spec);
        Map<String, Dataset> parts = parts(splits);
        Dataset data = parts.get(part);
        if (data == null)
            throw new UsageException("data set " + spec + " has no part '" + part + "'; it has "
                    + String.join(", ", parts.keySet()) + " (--split " + parts.keySet().iterator().next() + ")");
        List<Path> files = Images.export(augmented(data, augment, count), out, count);
        if (json) {
            var all = new LinkedHashMap<String, Object>();
            all.put("folder", out.toString());
            all.put("images", files.stream().map(Path::toString).toList());
            console.print(Json.of(all).pretty().stripTrailing());
            return;
        }
        console.print(Figures.count(files.size(), "image") + " written to " + out + ", one folder a class");
    }

    private static Dataset augmented(Dataset data, Augment how, int count) {
        if (how == Augment.NONE) return data;
        Dataset first = data.subset(IntStream.range(0, Math.min(count, data.size())).toArray());
        try (Device device = Device.open("cpu", BackendOptions.DEFAULT)) {
            return AugmentedImages.of(first, how.limits(data.classes()), 0, device);
        }
    }

    /** The parts of a data set that there are, by name. */
    static Map<String, Dataset> parts(DataSplits splits) {
        var parts = new LinkedHashMap<String, Dataset>();
        parts.put("train", splits.train());
        splits.validation().ifPresent(v -> parts.put("val", v));
        if (splits.hasTest()) parts.put("test", splits.test());
        return parts;
    }

    private static int[] countClasses(Dataset d) {
        var counts = new int[d.classes().size()];
        for (int i = 0; i < d.size(); i++) counts[d.label(i)]++;
        return counts;
    }

    private static String number(double x) { return String.format(Locale.ROOT, "%.3f", x); }

    /** Mean and standard deviation of the pixels of each channel. */
    private record Pixels(List<Double> mean, List<Double> deviation) {
        /** From the scaling that brings them to 0 and 1: y = (x - mean) / deviation. */
        static Pixels of(Dataset d) {
            Scaling s = Scaling.standard(d);
            var mean = new ArrayList<Double>();
            for (int c = 0; c < d.channels(); c++) mean.add(-s.shift().get(c) / s.scale().get(c));
            return new Pixels(mean, s.scale().stream().map(x -> 1 / x).toList());
        }
    }
}
