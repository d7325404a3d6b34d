package org.gabor.tests.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Image files that are wrong, and folders of them. */
final class BadImages extends BadFiles {
    private final Path run;
    private final Path photos;

    private BadImages(Path dir, Path run, Path photos) {
        super(dir, "images");
        this.run = run;
        this.photos = photos;
    }

    /** All of them, made in {@code dir}; {@code run} and {@code photos} are all right. */
    static List<BadInput> make(Path dir, Path run, Path photos) throws IOException {
        var made = new BadImages(dir, run, photos);
        made.folders();
        return made.all();
    }

    private void folders() throws IOException {
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
        byte[] bmp = image("bmp", 32, 32), gif = gif();
        photo("empty .bmp", "x.bmp", new byte[0]);
        photo("empty .gif", "x.gif", new byte[0]);
        photo("text called .bmp", "x.bmp", "BMW, but no bitmap".getBytes(UTF_8));
        photo("text called .gif", "x.gif", "GIF98, or nearly".getBytes(UTF_8));
        for (int part : new int[] {1, 2, 3}) {
            photo(part + " quarters of a BMP", "x.bmp", Arrays.copyOf(bmp, bmp.length * part / 4));
            photo(part + " quarters of a GIF", "x.gif", Arrays.copyOf(gif, gif.length * part / 4));
        }
        for (int length : new int[] {2, 13, 14, 26, 53, 54, bmp.length - 1})
            photo("BMP of " + length + " bytes", "x.bmp", Arrays.copyOf(bmp, length));
        for (int length : new int[] {3, 6, 12, 13, 100, gif.length - 1})
            photo("GIF of " + length + " bytes", "x.gif", Arrays.copyOf(gif, length));
        for (int[] claim : new int[][] {{60_000, 60_000}, {Integer.MAX_VALUE, Integer.MAX_VALUE}, {0, 32}, {-32, 32}, {32, 0},
                {32, Integer.MIN_VALUE}})
            photo("BMP that claims " + claim[0] + " x " + claim[1], "x.bmp", bmpClaiming(bmp, claim[0], claim[1]));
        for (int depth : new int[] {0, 3, 48}) photo("BMP of " + depth + " bits a pixel", "x.bmp", bmpWith(bmp, 28, depth));
        photo("BMP with an unknown compression", "x.bmp", bmpWith(bmp, 30, 77));
        photo("BMP whose pixels begin behind its end", "x.bmp", bmpWith(bmp, 10, 1 << 30));
        photo("BMP with a head of 2 GB", "x.bmp", bmpWith(bmp, 14, Integer.MAX_VALUE));
        for (int[] claim : new int[][] {{60_000, 60_000}, {0, 32}, {32, 0}})
            photo("GIF that claims " + claim[0] + " x " + claim[1], "x.gif", gifClaiming(gif, claim[0], claim[1]));
        photo("GIF without an image", "x.gif", gifWithoutImage(gif));
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

    /** Noise in all of 256 shades, which does not compress. */
    private static byte[] gif() throws IOException {
        var image = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_INDEXED);
        for (int i = 0; i < 32 * 32; i++) image.getRaster().setSample(i % 32, i / 32, 0, i * 7919 >> 3 & 0xFF);
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "gif", out);
        return out.toByteArray();
    }

    /** Width and height stand at bytes 18 and 22. */
    private static byte[] bmpClaiming(byte[] bmp, int width, int height) {
        return bmpWith(bmpWith(bmp, 18, width), 22, height);
    }

    /** The depth (at 28) is a short and the zero behind it part of what follows; all else that is put there are ints. */
    private static byte[] bmpWith(byte[] bmp, int at, int value) {
        return ByteBuffer.wrap(bmp.clone()).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value).array();
    }

    /** The size of the screen stands at byte 6, that of the image 5 bytes behind the comma that begins it. */
    private static byte[] gifClaiming(byte[] gif, int width, int height) {
        short w = (short) width, h = (short) height;
        int image = imageOf(gif);
        return ByteBuffer.wrap(gif.clone()).order(ByteOrder.LITTLE_ENDIAN).putShort(6, w).putShort(8, h).putShort(image + 5, w)
                .putShort(image + 7, h).array();
    }

    private static byte[] gifWithoutImage(byte[] gif) {
        byte[] cut = Arrays.copyOf(gif, imageOf(gif) + 1);
        cut[cut.length - 1] = ';';
        return cut;
    }

    /** Where the image begins: behind head, palette and extensions. */
    private static int imageOf(byte[] gif) {
        int at = 13 + 3 * 256;
        while (gif[at] == '!') {
            at += 2;
            while (gif[at] != 0) at += 1 + (gif[at] & 0xFF);
            at++;
        }
        if (gif[at] != ',') throw new AssertionError("no image at " + at);
        return at;
    }

    static byte[] image(String format, int height, int width) throws IOException {
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
}
