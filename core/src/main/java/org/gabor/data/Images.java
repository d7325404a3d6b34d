package org.gabor.data;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.gabor.DataException;
import org.gabor.WriteException;

/** Single images, from and to files. */
public final class Images {
    private Images() {
    }

    /**
     * Whether a file name ends as those of the images do that {@link #read} takes: JPEG, PNG, BMP or GIF.
     */
    public static boolean isImage(Path file) {
        return Decoder.isImage(file);
    }

    /**
     * Reads a JPEG, PNG, BMP or GIF file (of several frames the first) as a network wants it, turned as its EXIF data
     * asks. Grey is repeated for three channels, colour becomes luma for one;
     * the image is scaled, proportions kept, until it covers {@code height x width}, and the middle is taken. Image
     * folders are read in the same way.
     *
     * @return the pixels in the order [c,h,w]
     * @throws DataException                 if the file is missing, damaged, truncated, or none of these
     * @throws org.gabor.UsageException if the dimensions make no image
     */
    public static byte[] read(Path file, int channels, int height, int width) {
        return read(file, new ImageSize(channels, height, width));
    }

    static byte[] read(Path file, ImageSize size) {
        return Resample.cover(Decoder.read(file).withChannels(size.channels()), size.height(), size.width());
    }

    /**
     * Writes an image of a data set as a PNG file, without loss.
     *
     * @throws WriteException if it cannot be written; a file that was there is then as it was
     */
    public static void writePng(Path file, Dataset data, int index) {
        byte[] png = png(data, index);
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            try {
                Files.write(temporary, png);
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new WriteException("cannot write " + file + " (" + png.length + " bytes): " + e
                    + "; is the folder there, writable, and the disk not full?", e);
        }
    }

    /**
     * Writes the first images of a data set as PNG files, one folder a class: {@code dir/CLASS/00017.png} is image 17.
     * Folders are made as needed, files of the same name are replaced. Characters that do not belong into a file name
     * become {@code -} in that of the class.
     *
     * @param count how many; all if there are fewer
     * @return the files, in the order of the data set
     * @throws WriteException if a file or folder cannot be written
     */
    public static List<Path> export(Dataset data, Path dir, int count) {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < Math.min(count, data.size()); i++) {
            String label = data.classes().get(data.label(i)).replaceAll("[^\\p{L}\\p{N} ._-]", "-");
            Path folder = dir.resolve(label);
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new WriteException("cannot make the folder " + folder + ": " + e.getClass().getSimpleName()
                        + " (" + e.getMessage() + "); name a folder that can be written to.", e);
            }
            Path file = folder.resolve(String.format("%05d.png", i));
            writePng(file, data, i);
            files.add(file);
        }
        return files;
    }

    private static byte[] png(Dataset data, int index) {
        int h = data.height();
        int w = data.width();
        byte[] pixels = new byte[data.imageBytes()];
        data.image(index, pixels, 0);
        BufferedImage image = new BufferedImage(w, h,
                data.channels() == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
        WritableRaster raster = image.getRaster();
        for (int c = 0; c < data.channels(); c++) {
            int[] band = new int[h * w];
            for (int i = 0; i < h * w; i++) {
                band[i] = pixels[c * h * w + i] & 0xFF;
            }
            raster.setSamples(0, 0, w, h, c, band);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image, "png", out)) {
                throw new AssertionError("every Java platform writes PNG");
            }
        } catch (IOException e) {
            throw new AssertionError("memory takes all bytes", e);
        }
        return bytes.toByteArray();
    }
}
