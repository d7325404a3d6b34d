package org.gabor.tests.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.gabor.graph.Shape;
import org.gabor.io.Safetensors;

/** Makes files that are wrong, from ones that are right, and the commands that meet them. */
final class BadInputs {
    private static final String IMAGES = "train-images-idx3-ubyte", LABELS = "train-labels-idx1-ubyte";

    private final Path dir;
    private final Path run;
    private final Path photos;
    private final List<BadInput> all = new ArrayList<>();
    private int folders;

    private BadInputs(Path dir, Path run, Path photos) {
        this.dir = dir;
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
        made.idx();
        made.cifar();
        made.imageFolders();
        made.modelFiles();
        made.checkpoints();
        made.networks();
        made.configurations();
        made.commandLines();
        made.targets();
        return made.all;
    }

    private void idx() throws IOException {
        byte[] images = idx(0x803, new int[] {20, 28, 28}, 20 * 784), labels = idx(0x801, new int[] {20}, 20);
        for (int length : new int[] {0, 3, 4, 15, 16, 17, images.length / 2, images.length - 1})
            mnist("IDX images of " + length + " bytes", Arrays.copyOf(images, length), labels, IMAGES);
        for (int length : new int[] {0, 7, 8, labels.length - 1})
            mnist("IDX labels of " + length + " bytes", images, Arrays.copyOf(labels, length), LABELS);
        for (int magic : new int[] {0, 0x801, 0x802, 0x804, 0xD03, -1})
            mnist("IDX magic " + magic, idx(magic, new int[] {20, 28, 28}, 20 * 784), labels, IMAGES);
        for (int[] dims : new int[][] {{0, 28, 28}, {-1, 28, 28}, {20, 0, 28}, {20, 28, -28}, {21, 28, 28}, {19, 28, 28},
                {Integer.MAX_VALUE, 28, 28}, {20, Integer.MAX_VALUE, Integer.MAX_VALUE}, {20, 65536, 65536}})
            mnist("IDX claims " + Arrays.toString(dims), idx(0x803, dims, 20 * 784), labels, IMAGES);
        mnist("IDX with fewer labels than images", images, idx(0x801, new int[] {19}, 19), "train-");
        for (int label : new int[] {10, 255}) {
            byte[] wrong = labels.clone();
            wrong[wrong.length - 1] = (byte) label;
            mnist("IDX label " + label, images, wrong, LABELS);
        }
        Path cut = folder();
        byte[] packed = gzip(images);
        Files.write(cut.resolve(IMAGES + ".gz"), Arrays.copyOf(packed, packed.length / 2));
        Files.write(cut.resolve(LABELS + ".gz"), gzip(labels));
        show("half a .gz", "mnist:" + cut, IMAGES);
        Path garbage = folder();
        Files.writeString(garbage.resolve(IMAGES + ".gz"), "this is no gzip");
        Files.write(garbage.resolve(LABELS), labels);
        show("no .gz at all", "mnist:" + garbage, IMAGES);
        Path alone = folder();
        Files.write(alone.resolve(IMAGES), images);
        show("IDX labels missing", "mnist:" + alone, LABELS);
        show("empty MNIST folder", "mnist:" + folder(), dir.toString());
        show("MNIST folder is a file", "fashion-mnist:" + alone.resolve(IMAGES), IMAGES);
    }

    private void mnist(String name, byte[] images, byte[] labels, String place) throws IOException {
        Path folder = folder();
        Files.write(folder.resolve(IMAGES), images);
        Files.write(folder.resolve(LABELS), labels);
        show(name, "mnist:" + folder, place);
    }

    private static byte[] idx(int magic, int[] dims, int bytes) {
        ByteBuffer b = ByteBuffer.allocate(4 + 4 * dims.length + bytes).putInt(magic);
        for (int d : dims) b.putInt(d);
        for (int i = 0; b.hasRemaining(); i++) b.put((byte) (i % 10));
        return b.array();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private void cifar() throws IOException {
        byte[] good = new byte[3 * 3073];
        for (int length : new int[] {0, 1, 3072, 3074, 2 * 3073 + 1500, good.length - 1})
            cifar("CIFAR-10 file of " + length + " bytes", Arrays.copyOf(good, length));
        for (int label : new int[] {10, 255}) {
            byte[] wrong = good.clone();
            wrong[2 * 3073] = (byte) label;
            cifar("CIFAR-10 label " + label, wrong);
        }
        show("empty CIFAR-10 folder", "cifar10:" + folder(), dir.toString());
        show("no CIFAR-10 folder", "cifar10:" + dir.resolve("nowhere"), "nowhere");
    }

    private void cifar(String name, byte[] batch) throws IOException {
        Path folder = folder();
        Files.write(folder.resolve("data_batch_1.bin"), batch);
        show(name, "cifar10:" + folder, "data_batch_1.bin");
    }

    private void imageFolders() throws IOException {
        byte[] jpeg = image("jpg", 32, 32), png = image("png", 32, 32);
        photo("text called .jpg", "x.jpg", "this is no photo".getBytes(UTF_8));
        photo("text called .png", "x.png", "this is no photo".getBytes(UTF_8));
        photo("empty .jpg", "x.jpg", new byte[0]);
        photo("empty .png", "x.png", new byte[0]);
        for (int part : new int[] {1, 2, 3}) {
            photo(part + " quarters of a JPEG", "x.jpg", Arrays.copyOf(jpeg, jpeg.length * part / 4));
            photo(part + " quarters of a PNG", "x.png", Arrays.copyOf(png, png.length * part / 4));
        }
        photo("PNG with a wrong checksum", "x.png", flip(png, png.length / 2));
        photo("PNG that claims 60,000 x 60,000", "x.png", claiming(png, 60_000, 60_000));
        photo("PNG that claims 0 x 32", "x.png", claiming(png, 0, 32));
        photo("photo of another size", "x.png", image("png", 31, 32));
        show("empty image folder", "imagefolder:" + folder(), dir.toString());
        show("no image folder", "imagefolder:" + dir.resolve("nowhere"), "nowhere");
        Path one = folder();
        Files.write(Files.createDirectory(one.resolve("a")).resolve("x.png"), png);
        add("one class", 3, one.toString(), "train", "--data", "imagefolder:" + one, "--val-split", "0");
        Path none = folder();
        Files.createDirectory(none.resolve("a"));
        Files.createDirectory(none.resolve("b"));
        show("classes without images", "imagefolder:" + none, none.toString());
        for (String size : List.of("0", "64x", "0x64", "7x32x32", "999999999"))
            add("image size " + size, 2, size.startsWith("7") ? "got 7" : size.startsWith("0x") ? "0 high" : size, "data", "show",
                    "imagefolder:" + photos + "@" + size);
    }

    private void photo(String name, String file, byte[] bytes) throws IOException {
        Path folder = folder();
        for (String c : List.of("a", "b")) {
            Files.createDirectory(folder.resolve(c));
            Files.write(folder.resolve(c).resolve("good.png"), image("png", 32, 32));
        }
        Path bad = Files.write(folder.resolve("b").resolve(file), bytes);
        show(name, "imagefolder:" + folder, file);
        boolean isAnImage = name.contains("another size");
        if (!isAnImage) add(name + " to be named", 3, file, "predict", run.toString(), bad.toString());
    }

    private static byte[] image(String format, int height, int width) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) image.setRGB(x, y, (x * 7919 + y * 104729) & 0xFFFFFF);
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    /** The size stands in the first chunk, from byte 16 on; its checksum is put right. */
    private static byte[] claiming(byte[] png, int width, int height) {
        ByteBuffer b = ByteBuffer.wrap(png.clone()).putInt(16, width).putInt(20, height);
        var crc = new CRC32();
        crc.update(b.array(), 12, 17);
        return b.putInt(29, (int) crc.getValue()).array();
    }

    private static byte[] flip(byte[] good, int at) {
        byte[] bad = good.clone();
        bad[at] ^= 16;
        return bad;
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
        add("run without a checkpoint", 7, without.toString(), "train", "--resume", without.toString());
        Path best = copyOfRun();
        Files.write(best.resolve("best.safetensors"), flip(Files.readAllBytes(best.resolve("best.safetensors")), 5_000));
        add("run with a damaged best.safetensors", 7, "best.safetensors", "train", "--resume", best.toString());
        add("run with another seed", 2, "seed", "train", "--resume", copyOfRun().toString(), "--seed", "99");
        add("run with another learning rate", 2, "optimizer", "train", "--resume", copyOfRun().toString(), "--lr", "0.7");
    }

    private void checkpoint(String name, byte[] bytes) throws IOException {
        Path copy = copyOfRun();
        Files.write(copy.resolve("last.safetensors"), bytes);
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

    private void show(String name, String data, String place) { add(name, 3, place, "data", "show", data); }

    private void add(String name, int exitCode, String place, String... words) {
        all.add(new BadInput(name, List.of(words), exitCode, place));
    }

    private Path folder() {
        try {
            return Files.createDirectory(dir.resolve("%03d".formatted(folders++)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
