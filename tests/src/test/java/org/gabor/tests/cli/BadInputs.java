package org.gabor.tests.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.gabor.graph.Shape;
import org.gabor.io.Safetensors;

/** All that is wrong: data, images, models, checkpoints, networks, configurations, command lines, targets. */
final class BadInputs extends BadFiles {
    private final Path run;
    private final Path photos;

    private BadInputs(Path dir, Path run, Path photos) {
        super(dir, "other");
        this.run = run;
        this.photos = photos;
    }

    /**
     * All of them.
     *
     * @param dir an empty folder to make them in
     * @param run a run that is all right, trained on {@code photos}
     * @param photos an image folder that is all right
     */
    static List<BadInput> make(Path dir, Path run, Path photos) throws IOException {
        var made = new BadInputs(dir, run, photos);
        made.modelFiles();
        made.checkpoints();
        made.networks();
        made.configurations();
        made.commandLines();
        made.targets();
        var all = new ArrayList<>(BadDataSets.make(dir));
        all.addAll(BadImages.make(dir, run, photos));
        all.addAll(made.all());
        return all;
    }

    private void modelFiles() throws IOException {
        byte[] good = Files.readAllBytes(run.resolve("best.safetensors"));
        for (int i = 0; i < 12; i++)
            model("model with a flipped bit in twelfth " + i, flip(good, (int) ((long) good.length * i / 12) + 9));
        for (int i = 0; i < 8; i++) model("eighths of a model: " + i, Arrays.copyOf(good, (int) ((long) good.length * i / 8)));
        model("model and a byte more", Arrays.copyOf(good, good.length + 1));
        model("header of 2^62 bytes", ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1L << 62).array());
        model("header of -1 bytes", ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN).putLong(0, -1).array());
        model("text called .safetensors", "not a model, but a line of text".getBytes(UTF_8));
        Path other = folder().resolve("m.safetensors");
        new Safetensors(Map.of(), Map.of("x", Safetensors.Data.of(Shape.of(1), new float[1]))).write(other);
        model("somebody else's safetensors", Files.readAllBytes(other));
        add("no model", 7, "nowhere", "eval", dir.resolve("nowhere").toString());
        add("folder without a model", 7, dir.toString(), "eval", folder().toString());
    }

    private void model(String name, byte[] bytes) throws IOException {
        Path file = Files.write(folder().resolve("m.safetensors"), bytes);
        add(name, 7, file.toString(), "eval", file.toString(), "--data", "imagefolder:" + photos);
        if (name.contains("eighth")) add(name + ", summarised", 7, file.toString(), "summary", file.toString());
    }

    private void checkpoints() throws IOException {
        byte[] good = Files.readAllBytes(run.resolve("last.safetensors"));
        for (int i = 0; i < 12; i++)
            checkpoint("checkpoint with a flipped bit in twelfth " + i, flip(good, (int) ((long) good.length * i / 12) + 9));
        for (int i = 0; i < 6; i++)
            checkpoint("sixths of a checkpoint: " + i, Arrays.copyOf(good, (int) ((long) good.length * i / 6)));
        checkpoint("best.safetensors instead of last", Files.readAllBytes(run.resolve("best.safetensors")));
        Path without = copyOfRun();
        Files.delete(without.resolve("last.safetensors"));
        Files.delete(without.resolve("previous.safetensors"));
        add("run without a checkpoint", 7, without.toString(), "train", "--resume", without.toString());
        Path both = copyOfRun();
        for (String file : List.of("last.safetensors", "previous.safetensors"))
            Files.write(both.resolve(file), flip(good, good.length / 2));
        add("run with two damaged checkpoints", 7, "previous.safetensors", "train", "--resume", both.toString());
        Path best = copyOfRun();
        Files.write(best.resolve("best.safetensors"), flip(Files.readAllBytes(best.resolve("best.safetensors")), 5_000));
        add("run with a damaged best.safetensors", 7, "best.safetensors", "train", "--resume", best.toString());
        Path lost = copyOfRun();
        Files.delete(lost.resolve("best.safetensors"));
        add("run without best.safetensors", 7, "best.safetensors", "train", "--resume", lost.toString());
        Path elsewhere = copyOfRun();
        Files.delete(elsewhere.resolve("config.yaml"));
        add("run without config.yaml", 2, "config.yaml", "train", "--resume", elsewhere.toString());
        add("run with another seed", 2, "seed", "train", "--resume", copyOfRun().toString(), "--seed", "99");
        add("run with another learning rate", 2, "optimizer", "train", "--resume", copyOfRun().toString(), "--lr", "0.7");
    }

    /** With nothing to fall back on. */
    private void checkpoint(String name, byte[] bytes) throws IOException {
        Path copy = copyOfRun();
        Files.write(copy.resolve("last.safetensors"), bytes);
        Files.delete(copy.resolve("previous.safetensors"));
        add(name, 7, copy.resolve("last.safetensors").toString(), "train", "--resume", copy.toString());
    }

    private Path copyOfRun() throws IOException {
        Path copy = folder();
        try (var files = Files.list(run)) {
            for (Path f : files.toList()) Files.copy(f, copy.resolve(f.getFileName()));
        }
        return copy;
    }

    private void networks() throws IOException {
        network("classes than outputs", "network: [{dense: 3}]", "3");
        network("a kernel larger than the image", "network: [{conv2d: {filters: 4, kernel: 50}}, {dense: 10}]", "conv2d");
        network("a layer unknown", "network: [{conv3d: 4}, {dense: 10}]", "conv3d");
        network("an attribute unknown", "network: [{conv2d: {filter: 4, kernel: 3}}, {dense: 10}]", "filter");
        network("no filters", "network: [{conv2d: {filters: 0, kernel: 3}}, {dense: 10}]", "filters");
        network("a word for a number", "network: [{dense: many}]", "many");
        network("no network", "name: x", "network");
        network("a sum of two shapes", "network: [{residual: [{conv2d: {filters: 3, kernel: 3}}]}, {dense: 10}]", "residual");
        network("no YAML", "network: [", "line");
        network("a tab", "network:\n\t- dense: 10", "line 2");
        network("a tag", "network: !!java.io.File [x]", "line 1");
        network("itself", "network: &a [*a]", "line 1");
        network("nothing", "", "net.yaml");
        network("a huge layer", "network: [{dense: 2000000000}, {dense: 10}]", "dense");
    }

    private void network(String name, String text, String place) throws IOException {
        Path file = Files.writeString(folder().resolve("net.yaml"), text);
        add("network with " + name, 2, place, "train", "--model", file.toString(), "--data", "imagefolder:" + photos, "--out",
                dir.resolve("runs").toString());
    }

    private void configurations() throws IOException {
        for (String text : List.of("epochs: many", "epoch: 3", "lr: [1", "lr: .nan", "optimizer: {nam: adam}",
                "schedule: {name: cosin}", "- 1", "epochs: 1\nepochs: 2", "data: {a: 1}", "batch: 1e99")) {
            Path file = Files.writeString(folder().resolve("run.yaml"), text);
            String place = text.equals("schedule: {name: cosin}") ? "cosin" : "run.yaml";
            add("configuration '" + text.replace('\n', ' ') + "'", 2, place, "train", "--config", file.toString());
        }
        Path bytes = Files.write(folder().resolve("run.yaml"), new byte[] {(byte) 0xC3, (byte) 0x28, 0});
        add("configuration that is no text", 2, "run.yaml", "train", "--config", bytes.toString());
    }

    private void commandLines() {
        for (String option : List.of("--lr x", "--lr -1", "--lr NaN", "--epochs 0", "--epochs 99999999999", "--batch -4",
                "--val-split 2", "--momentum 1.5", "--threads -2", "--label-smoothing 7", "--schedule nothing",
                "--optimizer nothing", "--device gpu", "--ema -1", "--loss l3", "--progress loud", "--color pink"))
            add("train " + option, 2, "", ("train " + option).split(" "));
        add("--device cuda without one", 4, "cuda", "train", "--device", "cuda");
        add("an unknown data set", 2, "mnst", "data", "show", "mnst:x");
    }

    private void targets() throws IOException {
        Path file = Files.writeString(folder().resolve("file"), "in the way");
        String below = file.resolve("below").toString();
        add("runs below a file", 9, file.toString(), "train", "--data", "imagefolder:" + photos, "--out", below);
        add("runs at a file", 9, file.toString(), "train", "--data", "imagefolder:" + photos, "--out", file.toString());
        add("samples below a file", 9, file.toString(), "data", "export", "imagefolder:" + photos, "--split", "train", "--out",
                below);
    }
}
