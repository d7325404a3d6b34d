package org.gabor.tests.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Data sets of one file or few that are wrong: IDX, CIFAR, CSV. */
final class BadDataSets extends BadFiles {
    private static final String IMAGES = "train-images-idx3-ubyte", LABELS = "train-labels-idx1-ubyte";

    private BadDataSets(Path dir) {
        super(dir, "data");
    }

    /** All of them, made in {@code dir}. */
    static List<BadInput> make(Path dir) throws IOException {
        var made = new BadDataSets(dir);
        made.idx();
        made.cifar();
        made.csv();
        return made.all();
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
        byte[] fine = new byte[3 * 3074];
        for (int length : new int[] {0, 3073, 3 * 3073, 2 * 3074 + 2, fine.length - 1})
            cifar100("CIFAR-100 file of " + length + " bytes", Arrays.copyOf(fine, length));
        for (int label : new int[] {100, 255}) {
            byte[] wrong = fine.clone();
            wrong[2 * 3074 + 1] = (byte) label;
            cifar100("CIFAR-100 fine label " + label, wrong);
        }
        Path packed = folder();
        byte[] gzip = gzip(fine);
        Files.write(packed.resolve("train.bin.gz"), Arrays.copyOf(gzip, gzip.length / 2));
        show("half a CIFAR-100 .gz", "cifar100:" + packed, "train.bin.gz");
        Path names = folder();
        Files.write(names.resolve("data_batch_1.bin"), good);
        Files.writeString(names.resolve("batches.meta.txt"), "cat\ndog\n");
        show("two CIFAR-10 class names", "cifar10:" + names, "batches.meta.txt");
        show("CIFAR-10 called CIFAR-100", "cifar100:" + names, "train.bin");
        show("empty CIFAR-100 folder", "cifar100:" + folder(), dir.toString());
        show("empty CIFAR-10 folder", "cifar10:" + folder(), dir.toString());
        show("no CIFAR-10 folder", "cifar10:" + dir.resolve("nowhere"), "nowhere");
    }

    private void cifar(String name, byte[] batch) throws IOException {
        Path folder = folder();
        Files.write(folder.resolve("data_batch_1.bin"), batch);
        show(name, "cifar10:" + folder, "data_batch_1.bin");
    }

    private void cifar100(String name, byte[] train) throws IOException {
        Path folder = folder();
        Files.write(folder.resolve("train.bin"), train);
        show(name, "cifar100:" + folder, "train.bin");
    }

    private void csv() throws IOException {
        for (String pixel : List.of("NaN", "nan", "Inf", "-Infinity", "256", "-1", "0.5", "1e2", "", " ", "x", "0x10",
                "99999999999"))
            csv("CSV with a pixel '" + pixel + "'", "0,1,2,3,4\n1,1,2," + pixel + ",4\n", "line 2, column 4");
        for (String label : List.of("", "NaN", "inf", "-Infinity", "1.5", "2e-3"))
            csv("CSV with a label '" + label + "'", "0,1,2,3,4\n" + label + ",1,2,3,4\n", "line 2, column 1");
        csv("CSV with a short line", "0,1,2,3,4\n1,1,2,3\n", "line 2 has 4 columns");
        csv("CSV with a long line", "0,1,2,3,4\n1,1,2,3,4,5\n", "line 2 has 6 columns");
        csv("CSV with a quote that is not closed", "0,1,2,3,4\n\"1,1,2,3,4\n0,1,2,3,4\n", "line 2, column 1");
        csv("CSV with a quoted pixel that is none", "0,1,2,3,4\n1,1,\"2,5\",3,4\n", "line 2, column 3");
        csv("empty CSV", "", "train.csv is empty");
        csv("CSV of blank lines", "\n\n  \n", "train.csv is empty");
        csv("CSV with titles only", "label,p0,p1,p2,p3\n", "no images");
        csv("CSV with semicolons", "0;1;2;3;4\n", "line 1, column 1");
        csv("CSV with tabs", "0\t1\t2\t3\t4\n", "line 1, column 1");
        csv("CSV with one column", "0\n1\n", "line 1, column 1");
        csv("CSV of five pixels", "0,1,2,3,4,5\n", "5 pixels a line");
        csv("CSV with zero bytes", "0,1,2,\0,4\n", "line 1, column 4");
        csv("CSV with one line of eight million digits", "1".repeat(8_000_000), "line 1, column 1");
        csv("CSV with one line of 9 million digits", "1".repeat(9 << 20), "line 1 has more than");
        Path wrongSize = Files.writeString(folder().resolve("data.csv"), "0,1,2,3,4\n1,1,2,3,4\n");
        show("CSV of another size", "csv:" + wrongSize + "@1x3x3", "data.csv has 4 pixels");
        show("no CSV", "csv:" + dir.resolve("nowhere.csv"), "nowhere.csv");
        show("CSV folder without train.csv", "csv:" + folder(), dir.toString());
        Path photo = Files.write(folder().resolve("photo.csv"), BadImages.image("png", 32, 32));
        show("a PNG called .csv", "csv:" + photo, "photo.csv");
        Path parts = folder();
        Files.writeString(parts.resolve("train.csv"), "0,1,2,3,4\n1,1,2,3,4\n");
        Files.writeString(parts.resolve("test.csv"), "1,1,2,3,4\n2,1,2,3,4\n");
        show("CSV with a label that training has not", "csv:" + parts, "test.csv, line 2, column 1");
        Path other = folder();
        Files.writeString(other.resolve("train.csv"), "0,1,2,3,4\n1,1,2,3,4\n");
        Files.writeString(other.resolve("test.csv"), "1,1\n");
        show("CSV with a test part of another size", "csv:" + other, "csv test");
        byte[] packed = gzip("0,1,2,3,4\n".repeat(5000).getBytes(UTF_8));
        Path cut = Files.write(folder().resolve("cut.csv.gz"), Arrays.copyOf(packed, packed.length / 2));
        show("half a .csv.gz", "csv:" + cut, "cut.csv.gz");
        Path garbage = Files.writeString(folder().resolve("no.csv.gz"), "0,1,2,3,4\n");
        show("a .csv.gz that is none", "csv:" + garbage, "no.csv.gz");
        Path one = Files.writeString(folder().resolve("one.csv"), "0,1,2,3,4\n0,1,2,3,4\n");
        add("CSV of one class", 3, one.toString(), "train", "--data", "csv:" + one, "--val-split", "0");
    }

    private void csv(String name, String text, String place) throws IOException {
        Path folder = folder();
        Files.writeString(folder.resolve("train.csv"), text);
        show(name, "csv:" + folder, place);
    }
}
