package org.gabor.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.gabor.DataException;
import org.gabor.WriteException;
import org.gabor.io.DurableFile;
import org.gabor.io.Json;

/**
 * The folder of one run: {@code config.yaml}, {@code env.json}, {@code metrics.csv}, {@code metrics.jsonl},
 * {@code best.safetensors}, {@code last.safetensors}, {@code log.txt}. As a listener it fills itself.
 *
 * @param path the folder
 */
public record RunFolder(Path path) implements TrainingListener {
    private static final String COLUMNS =
            "epoch,step,seconds,lr,train/loss,train/acc1,val/loss,val/acc1,val/acc5,img_s,data_wait";

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

    /** Best weights so far. */
    public Path best() { return path.resolve("best.safetensors"); }

    /** The state after the last epoch. */
    public Path last() { return path.resolve("last.safetensors"); }

    /** Writes the configuration of the run, a line a setting: a JSON value is a YAML value as well. */
    public void writeConfig(Map<String, Object> settings) {
        write("config.yaml",
                settings.entrySet().stream().map(e -> e.getKey() + ": " + Json.of(e.getValue()).text() + "\n")
                        .collect(Collectors.joining()));
    }

    /** Writes where the run took place. */
    public void writeEnvironment(Map<String, Object> environment) { write("env.json", Json.of(environment).pretty()); }

    /** Appends a line to {@code log.txt}. */
    public void log(String line) { append("log.txt", line + "\n"); }

    /**
     * Reads what {@link #writeConfig} wrote.
     *
     * @throws DataException if the folder has no configuration, or a line of it is no setting
     */
    public Map<String, Json> readConfig() {
        Path file = path.resolve("config.yaml");
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

    @Override
    public void started(Map<String, Object> config, int trainImages, int validationImages, long parameters) {
        append("metrics.csv", COLUMNS + "\n");
    }

    @Override
    public void epochDone(EpochMetrics metrics, Snapshot model) {
        Map<String, Object> figures = metrics.byName();
        append("metrics.csv",
                List.of(COLUMNS.split(",")).stream().map(c -> figures.containsKey(c) ? "" + figures.get(c) : "")
                        .collect(Collectors.joining(",")) + "\n");
        append("metrics.jsonl", Json.of(figures).text() + "\n");
        if (metrics.best()) model.evaluated().save(best());
        model.resumable().save(last());
    }

    private void write(String file, String text) {
        DurableFile.write(path.resolve(file), List.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    private void append(String file, String text) {
        try {
            Files.writeString(path.resolve(file), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw cannotWrite(path.resolve(file), e);
        }
    }

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
