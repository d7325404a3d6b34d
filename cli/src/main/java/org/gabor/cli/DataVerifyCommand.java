package org.gabor.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gabor.DataException;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.download.Published;
import org.gabor.io.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gabor data verify}. */
@Command(name = "verify", customSynopsis = "gabor data verify DATA [--json]",
        header = "Checks that a data set is whole: checksums, counts, and that every image can be decoded.",
        description = {"%nEnds with exit code 3 and a list if something is wrong. Where no checksum was published, all",
                "is read; fingerprints tell two data sets apart."},
        footer = {"%nExamples:", "  gabor data verify mnist:data/mnist", "  gabor data verify imagefolder:photos@64"})
final class DataVerifyCommand implements Runnable {
    private static final int MOST_PROBLEMS = 20;

    private final Console console;

    @Parameters(paramLabel = "DATA", description = "As in 'gabor data list'.")
    private String spec = "";

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    DataVerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        int colon = spec.indexOf(':');
        Optional<Published> published = colon < 0 ? Optional.empty() : Published.find(spec.substring(0, colon));
        var good = new ArrayList<String>();
        var problems = new ArrayList<String>();
        published.map(p -> p.check(Path.of(spec.substring(colon + 1)))).ifPresent(c -> {
            good.addAll(c.good());
            problems.addAll(c.problems());
        });
        if (spec.startsWith("imagefolder:"))
            problems.addAll(Datasets.damagedImages(Path.of(spec.substring(colon + 1).replaceFirst("@[0-9x]+$", ""))));
        if (problems.isEmpty()) good.addAll(read(published, problems));
        if (json) {
            var all = new LinkedHashMap<String, Object>();
            all.put("data", spec);
            all.put("good", good);
            all.put("problems", problems);
            console.print(Json.of(all).pretty().stripTrailing());
        } else {
            good.forEach(console::print);
        }
        if (!problems.isEmpty()) throw new DataException(text(problems));
    }

    private List<String> read(Optional<Published> published, List<String> problems) {
        var good = new ArrayList<String>();
        Map<String, Dataset> parts = DataCommand.parts(Datasets.open(spec));
        parts.forEach((name, part) -> {
            good.add(name + ": " + Figures.count(part.size(), "image") + " of " + part.classes().size()
                    + " classes can be read, fingerprint " + part.fingerprint().substring(0, 16));
            for (int c = 0; c < part.classes().size(); c++)
                if (count(part, c) == 0) problems.add(name + " has no image of class '" + part.classes().get(c) + "'");
        });
        published.ifPresent(p -> Map.of("train", p.train(), "test", p.test()).forEach((name, expected) -> {
            Dataset part = parts.get(name);
            int got = part == null ? 0 : part.size();
            if (got != expected)
                problems.add(name + " has " + Figures.count(got, "image") + ", published were " + Figures.count(expected));
        }));
        return good;
    }

    private static int count(Dataset part, int label) {
        int n = 0;
        for (int i = 0; i < part.size(); i++) if (part.label(i) == label) n++;
        return n;
    }

    private String text(List<String> problems) {
        var text = new StringBuilder(Figures.count(problems.size(), "problem") + " in " + spec);
        problems.stream().limit(MOST_PROBLEMS).forEach(p -> text.append("\n  ").append(p));
        if (problems.size() > MOST_PROBLEMS) text.append("\n  and ").append(problems.size() - MOST_PROBLEMS).append(" more");
        return text.toString();
    }
}
