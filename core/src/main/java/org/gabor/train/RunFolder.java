package org.gabor.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gabor.DataException;
import org.gabor.ModelFileException;
import org.gabor.UsageException;
import org.gabor.WriteException;
import org.gabor.io.DurableFile;
import org.gabor.io.Json;
import org.gabor.io.Safetensors;

/**
 * The folder of one run: {@code config.yaml}, {@code env.json}, {@code metrics.csv}, {@code metrics.jsonl}, on request
 * {@code diagnostics.jsonl}, {@code best.safetensors}, {@code last.safetensors}, {@code previous.safetensors},
 * {@code log.txt}. As a listener it fills itself. Checkpoints are replaced durably; what else is written after
 * {@code last.safetensors} is cut off when the training goes on.
 *
 * @param path the folder
 */
public record RunFolder(Path path) implements TrainingListener {
    private static final List<String> COLUMNS = List.of("epoch", "step", "seconds", "lr", "train/loss", "train/acc1",
            "val/loss", "val/acc1", "val/acc5", "img_s", "data_wait", "device_mem_mib");
    private static final String CSV = "metrics.csv", JSONL = "metrics.jsonl", DIAGNOSTICS = "diagnostics.jsonl",
            CONFIG = "config.yaml", ENVIRONMENT = "env.json";

    /**
     * Makes the next free folder {@code runs/<name>/001}, {@code 002}, ... and points {@code runs/latest} at it.
     *
     * @throws WriteException if it cannot be made
     */
    public static RunFolder next(Path runs, String name) {
        Path parent = runs.resolve(name);
        try {
            Files.createDirectories(parent);
            for (int i = 1;; i++) {
                Path folder = parent.resolve(String.format("%03d", i));
                try {
                    Files.createDirectory(folder);
                } catch (FileAlreadyExistsException e) {
                    continue;
                }
                link(runs, folder);
                return new RunFolder(folder);
            }
        } catch (IOException e) {
            throw cannotWrite(parent, e);
        }
    }

    /** The last of the folders {@code runs/<name>/001}, {@code 002}, ..., if there is one. */
    public static Optional<RunFolder> latest(Path runs, String name) {
        Path parent = runs.resolve(name);
        if (!Files.isDirectory(parent)) return Optional.empty();
        try (var folders = Files.list(parent)) {
            return folders.filter(f -> f.getFileName().toString().matches("[0-9]{1,9}"))
                    .max(Comparator.comparingInt(f -> Integer.parseInt(f.getFileName().toString()))).map(RunFolder::new);
        } catch (IOException e) {
            throw new DataException("cannot read " + parent + ": " + e, e);
        }
    }

    /** Best weights so far. */
    public Path best() { return path.resolve("best.safetensors"); }

    /** The state after the last epoch, or a later step: what {@link #continuation} reads. */
    public Path last() { return path.resolve("last.safetensors"); }

    /** The state before {@link #last}, for when that is damaged. */
    public Path previous() { return path.resolve("previous.safetensors"); }

    private TrainedModel bestSoFar() {
        if (!Files.exists(best()))
            throw new ModelFileException(best() + " is missing, which holds the model of the best epoch so far");
        return TrainedModel.load(best());
    }

    /** Writes the configuration of the run, a line a setting: a JSON value is a YAML value as well. */
    public void writeConfig(Map<String, Object> settings) {
        write(CONFIG,
                settings.entrySet().stream().map(e -> e.getKey() + ": " + Json.of(e.getValue()).text() + "\n")
                        .collect(Collectors.joining()));
    }

    /** Writes where the run takes place; if it goes on with one, to what is known about that one. */
    public void writeEnvironment(Map<String, Object> environment) {
        var all = new LinkedHashMap<String, Object>(environment);
        Path file = path.resolve(ENVIRONMENT);
        if (Files.exists(file)) {
            try {
                all = new LinkedHashMap<>(Json.parse(Files.readString(file)).object(ENVIRONMENT).members());
            } catch (IOException | Json.SyntaxException e) {
                throw new DataException("cannot read " + file + ": " + e + "; delete the file to go on without it", e);
            }
            var resumed = new ArrayList<Object>();
            if (all.get("resumed") instanceof Json.Arr before) resumed.addAll(before.items());
            resumed.add(environment);
            all.put("resumed", resumed);
        }
        write(ENVIRONMENT, Json.of(all).pretty());
    }

    /** Appends a line to {@code log.txt}. */
    public void log(String line) { append("log.txt", line + "\n"); }

    /**
     * Reads what {@link #writeConfig} wrote.
     *
     * @throws DataException if the folder has no configuration, or a line of it is no setting
     */
    public Map<String, Json> readConfig() {
        Path file = path.resolve(CONFIG);
        var settings = new LinkedHashMap<String, Json>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] setting = line.split(": ", 2);
                if (setting.length < 2)
                    throw new DataException(file + ": '" + line + "' is no setting; expected NAME: VALUE");
                settings.put(setting[0], Json.parse(setting[1]));
            }
        } catch (NoSuchFileException e) {
            throw new DataException(path + " is no run folder: it has no config.yaml", e);
        } catch (IOException | Json.SyntaxException e) {
            throw new DataException("cannot read " + file + ": " + e, e);
        }
        return settings;
    }

    /**
     * Keeps others from training in this folder until it is closed, or the process ends however it does. Whoever resumes
     * a run takes it before {@link #continuation}.
     *
     * @throws UsageException if another training has it
     * @throws WriteException if the folder cannot be written to
     */
    public RunLock lock() { return RunLock.of(path.resolve(".lock")); }

    /**
     * The training of this folder as it was left, for {@link Trainer#resume}. If {@link #last} is damaged or missing, the
     * checkpoint before it, and {@link Continuation#warning} says so.
     *
     * @throws ModelFileException if no checkpoint can be read, or the best model is missing or damaged
     */
    public Continuation continuation() {
        try {
            return continuation(last(), "");
        } catch (ModelFileException e) {
            return beforeLast(String.valueOf(e.getMessage()));
        }
    }

    private Continuation beforeLast(String problem) {
        if (!Files.exists(previous()))
            throw new ModelFileException(problem + ". There is no checkpoint before it to go on with: start a new run");
        try {
            return continuation(previous(), problem + ". The training goes on with the checkpoint before it, " + previous());
        } catch (ModelFileException e) {
            throw new ModelFileException(problem + ". Neither is there a way to go on with the checkpoint before it: "
                    + e.getMessage() + ". Start a new run", e);
        }
    }

    private Continuation continuation(Path checkpoint, String warning) {
        if (!Files.exists(checkpoint)) throw new ModelFileException(path + " has no " + checkpoint.getFileName());
        TrainedModel model = TrainedModel.load(checkpoint);
        var left = new Continuation(model, Optional.empty(), 0, warning);
        try {
            long step = left.step();
            boolean hasBest = left.history().stream().anyMatch(EpochMetrics::best);
            double seconds = lines(JSONL).filter(l -> isUpTo(l, step)).map(RunFolder::metrics)
                    .mapToDouble(EpochMetrics::seconds).max().orElse(0);
            return new Continuation(model, hasBest ? Optional.of(bestSoFar()) : Optional.empty(), seconds, warning);
        } catch (Json.SyntaxException e) {
            throw new ModelFileException(checkpoint + " is no checkpoint of a training: " + e.getMessage(), e);
        }
    }

    @Override
    public void started(Start start) {
        deleteLeftovers();
        if (start.step() > 0) replaceDamaged();
        String kept = kept(JSONL, start);
        write(JSONL, kept);
        if (Files.exists(path.resolve(DIAGNOSTICS))) write(DIAGNOSTICS, kept(DIAGNOSTICS, start));
        write(CSV, String.join(",", COLUMNS) + "\n"
                + kept.lines().map(RunFolder::metrics).map(RunFolder::row).collect(Collectors.joining()));
    }

    private String kept(String file, Start start) {
        return lines(file).filter(l -> isUpTo(l, start.step())).map(l -> l + "\n").collect(Collectors.joining());
    }

    /** A line that a crash has cut short is none. */
    private static boolean isUpTo(String line, long step) {
        try {
            return metrics(line).step() <= step;
        } catch (Json.SyntaxException e) {
            return false;
        }
    }

    private static EpochMetrics metrics(String line) {
        return EpochMetrics.fromJson(Json.parse(line).object("the metrics of an epoch"));
    }

    private static String row(EpochMetrics metrics) {
        Map<String, Object> figures = metrics.byName();
        return COLUMNS.stream().map(c -> figures.containsKey(c) ? "" + figures.get(c) : "")
                .collect(Collectors.joining(",")) + "\n";
    }

    @Override
    public void epochDone(EpochMetrics metrics, Snapshot model) {
        append(CSV, row(metrics));
        append(JSONL, Json.of(metrics.byName()).text() + "\n");
        if (metrics.best()) model.evaluated().save(best());
    }

    @Override
    public void diagnosed(int epoch, long step, List<Diagnosis> parameters) {
        var lines = new StringBuilder();
        for (Diagnosis d : parameters) {
            var line = new LinkedHashMap<String, Object>();
            line.put("epoch", epoch);
            line.put("step", step);
            line.putAll(d.byName());
            lines.append(Json.of(line).text()).append('\n');
        }
        append(DIAGNOSTICS, lines.toString());
    }

    /** Or the checkpoint that the training goes on with would give way to one that nobody can read. */
    private void replaceDamaged() {
        try {
            Safetensors.read(last());
        } catch (ModelFileException e) {
            DurableFile.keep(previous(), last());
        }
    }

    @Override
    public void checkpoint(Snapshot model) {
        DurableFile.keep(last(), previous());
        model.resumable().save(last());
    }

    /** Without an epoch that is over the model as it is has to do. */
    @Override
    public void ended(TrainingRun run) {
        if (run.bestEpoch().isEmpty()) run.best().save(best());
    }

    /** Temporary files of a process that was killed while it saved. */
    private void deleteLeftovers() {
        try (var files = Files.newDirectoryStream(path, ".*.tmp")) {
            for (Path file : files) Files.delete(file);
        } catch (IOException e) {
            throw cannotWrite(path, e);
        }
    }

    private Stream<String> lines(String file) {
        try {
            Path metrics = path.resolve(file);
            return Files.exists(metrics) ? Files.readString(metrics).lines() : Stream.empty();
        } catch (IOException e) {
            throw new DataException("cannot read " + path.resolve(file) + ": " + e, e);
        }
    }

    private void write(String file, String text) {
        DurableFile.write(path.resolve(file), List.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    private void append(String file, String text) { DurableFile.append(path.resolve(file), text); }

    private static void link(Path runs, Path folder) throws IOException {
        Path latest = runs.resolve("latest");
        if (Files.exists(latest) && !Files.isSymbolicLink(latest)) return;
        Files.deleteIfExists(latest);
        try {
            Files.createSymbolicLink(latest, runs.relativize(folder));
        } catch (UnsupportedOperationException e) {
            Files.writeString(latest, runs.relativize(folder) + "\n");
        }
    }

    private static WriteException cannotWrite(Path path, IOException e) {
        return new WriteException("cannot write " + path + ": " + e.getClass().getSimpleName() + " (" + e.getMessage()
                + "); choose another folder with --out", e);
    }
}
