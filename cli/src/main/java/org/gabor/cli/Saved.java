package org.gabor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.gabor.ModelFileException;
import org.gabor.io.Json;
import org.gabor.train.RunFolder;
import org.gabor.train.TrainedModel;

/**
 * A saved model as it is named on the command line: a run folder, {@code runs/latest}, or a safetensors file.
 *
 * @param file the weights
 * @param model what is in the file
 * @param run the folder it was trained in, if that is known
 */
record Saved(Path file, TrainedModel model, Optional<RunFolder> run) {
    /**
     * Loads it.
     *
     * @throws ModelFileException if there is nothing of that name, or the file is no model
     */
    static Saved load(Path name) {
        Path path = followLatest(name);
        if (!Files.exists(path))
            throw new ModelFileException(name + " does not exist; name a run folder such as runs/latest, or a"
                    + " .safetensors file "
                    + "('./gabor train' makes both)");
        if (!Files.isDirectory(path)) {
            Path folder = Objects.requireNonNullElse(path.toAbsolutePath().getParent(), path);
            var run = Files.exists(folder.resolve("config.yaml")) ? Optional.of(new RunFolder(folder))
                    : Optional.<RunFolder>empty();
            return new Saved(path, TrainedModel.load(path), run);
        }
        var run = new RunFolder(path);
        if (!Files.exists(run.best()))
            throw new ModelFileException(name + " has no best.safetensors: it is no run folder, or"
                    + " its first epoch was never done");
        return new Saved(run.best(), TrainedModel.load(run.best()), Optional.of(run));
    }

    /** Where links cannot be made, {@code latest} is a file that holds the path of the folder. */
    static Path followLatest(Path name) {
        try {
            boolean pointer = name.endsWith("latest") && Files.isRegularFile(name);
            return pointer ? name.resolveSibling(Files.readString(name).strip()) : name;
        } catch (IOException e) {
            throw new ModelFileException("cannot read " + name + ": " + e, e);
        }
    }

    /** The settings of its run; empty if the folder is not known. */
    Map<String, Json> config() { return run.map(RunFolder::readConfig).orElse(Map.of()); }
}
