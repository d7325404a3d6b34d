package org.gabor.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.gabor.data.DataSplits;
import org.gabor.data.Datasets;
import org.gabor.download.DownloadProgress;
import org.gabor.download.Published;
import org.gabor.io.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gabor data get}. */
@Command(name = "get", customSynopsis = "gabor data get NAME [--out DIR] [--mirror URL]",
        header = "Fetches a published data set: mnist, fashion-mnist, cifar10 or cifar100.",
        description = {"%nGoes on where an interrupted download ended, turns to another mirror where one fails, and",
                "compares what came with the published checksum. What is there already is left alone."},
        footer = {"%nExamples:", "  gabor data get mnist", "  gabor data get cifar10 --out /data/cifar10",
                "  gabor data get fashion-mnist --mirror http://files.example.org/fashion/"})
final class DataGetCommand implements Runnable {
    private final Console console;

    @Parameters(paramLabel = "NAME", description = "mnist, fashion-mnist, cifar10 or cifar100.")
    private String name = "";

    @Option(names = "--out", paramLabel = "DIR", description = "Folder to put it into; default: data/NAME.")
    private @Nullable Path out;

    @Option(names = "--mirror", paramLabel = "URL",
            description = "Folder to fetch the files from, instead of the usual places; may be given several times.")
    private List<String> mirrors = new ArrayList<>();

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    DataGetCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        Published wanted = Published.byName(name);
        Path dir = out == null ? Path.of("data", name) : out;
        (mirrors.isEmpty() ? wanted : wanted.from(mirrors)).get(dir, new Progress());
        DataSplits splits = Datasets.open(name + ":" + dir);
        var parts = DataCommand.parts(splits);
        if (json) {
            var all = new LinkedHashMap<String, Object>();
            all.put("data", name + ":" + dir);
            parts.forEach((part, d) -> all.put(part, d.size()));
            console.print(Json.of(all).pretty().stripTrailing());
            return;
        }
        var sizes = new ArrayList<String>();
        parts.forEach((part, d) -> sizes.add(part + " " + Figures.count(d.size())));
        console.print(name + " is in " + dir + ": " + String.join(", ", sizes));
        console.note("next      ./gabor train --data " + name + ":" + dir);
    }

    /** A line that is replaced on a terminal, else a line a file. */
    private final class Progress implements DownloadProgress {
        private String told = "";

        @Override
        public void update(String file, long done, long total) {
            String share = total > 0 ? " of " + Figures.bytes(total) + ", " + 100 * done / total + "%" : "";
            if (console.replacesLines()) {
                console.status(file + "  " + Figures.bytes(done) + share);
            } else if (!told.equals(file)) {
                told = file;
                console.note("fetching  " + file + (total > 0 ? " (" + Figures.bytes(total) + ")" : ""));
            }
        }

        @Override
        public void note(String text) { console.note("note: " + text); }
    }
}
