package org.gabor.tests.train;

import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.gabor.data.Dataset;
import org.gabor.data.ImageSize;
import org.gabor.data.MemoryDataset;

/** Colour images from a .tar.gz of class folders, by nothing but the JDK. */
final class TarImages {
    private static final int BLOCK = 512;

    private TarImages() {}

    static Dataset read(Path archive, int side) throws IOException {
        var images = new ArrayList<byte[]>();
        var names = new ArrayList<String>();
        ImageIO.setUseCache(false);
        try (InputStream in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive)), 1 << 16)) {
            for (byte[] head = in.readNBytes(BLOCK); head.length == BLOCK && head[0] != 0; head = in.readNBytes(BLOCK)) {
                String name = text(head, 0, 100);
                int size = Integer.parseInt(text(head, 124, 12).strip(), 8);
                byte[] content = in.readNBytes(size);
                in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
                if (!name.endsWith(".jpg")) continue;
                images.add(pixels(Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(content))), side));
                String[] path = name.split("/");
                names.add(path[path.length - 2]);
            }
        }
        var classes = List.copyOf(new TreeSet<>(names));
        return new MemoryDataset(String.valueOf(archive.getFileName()), classes, new ImageSize(3, side, side),
                images.toArray(byte[][]::new), names.stream().mapToInt(classes::indexOf).toArray());
    }

    private static byte[] pixels(BufferedImage image, int side) {
        byte[] pixels = new byte[3 * side * side];
        for (int i = 0; i < side * side; i++) {
            int rgb = image.getRGB(i % side, i / side);
            for (int c = 0; c < 3; c++) pixels[c * side * side + i] = (byte) (rgb >> 16 - 8 * c);
        }
        return pixels;
    }

    private static String text(byte[] head, int at, int length) {
        int end = at;
        while (end < at + length && head[end] != 0) end++;
        return new String(head, at, end - at, StandardCharsets.US_ASCII);
    }
}
