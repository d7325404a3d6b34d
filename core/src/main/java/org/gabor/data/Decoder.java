package org.gabor.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.gabor.DataException;

/**
 * Reads JPEG and PNG files, and refuses what is only half there: ImageIO fills what is missing from a truncated file
 * with grey and mentions it to a listener, here that is an error. Colour profiles and transparency are left out of
 * account, as Pillow does when it converts to RGB.
 */
final class Decoder {
    /** The names of files that are taken for images; other files of a folder are none of ours. */
    static final List<String> EXTENSIONS = List.of(".jpg", ".jpeg", ".png");

    private static final long MOST_PIXELS = 1L << 26;
    private static final long MOST_BYTES = 1L << 28;

    private Decoder() {
    }

    /** Whether a file name ends as those of JPEG and PNG files do. */
    static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return EXTENSIONS.stream().anyMatch(name::endsWith);
    }

    /** The dimensions as the head of the file states them; 1 channel if it holds grey only. */
    static ImageSize size(Path file) {
        checkRegular(file);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return withReader(file, in, (reader, _) -> size(reader, file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The whole image, with 1 channel if it holds grey only. */
    static Picture read(Path file) {
        byte[] bytes = bytes(file);
        if (PngChunks.isPng(bytes)) {
            PngChunks.check(file, bytes);
        }
        return withReader(file, new ByteArrayInputStream(bytes), (reader, warnings) -> {
            ImageSize size = size(reader, file);
            BufferedImage image = reader.read(0);
            if (!warnings.isEmpty()) {
                throw damaged(file, warnings.getFirst());
            }
            return new Picture(size, size.channels() == 1 ? grey(image) : colour(image));
        });
    }

    private static void checkRegular(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + (Files.exists(file) ? " is not a regular file." : " does not exist."));
        }
    }

    private static byte[] bytes(Path file) {
        checkRegular(file);
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new DataException(file + " has " + Files.size(file) + " bytes, more than the " + MOST_BYTES
                        + " that are read of an image; make it smaller.");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private interface Use<T> {
        T apply(ImageReader reader, List<String> warnings) throws IOException;
    }

    private static <T> T withReader(Path file, InputStream bytes, Use<T> use) {
        try (ImageInputStream in = new MemoryCacheImageInputStream(bytes)) {
            ImageReader reader = reader(in, file);
            try {
                List<String> warnings = new ArrayList<>();
                reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
                reader.setInput(in, true, true);
                return use.apply(reader, warnings);
            } finally {
                reader.dispose();
            }
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            // ImageIO's readers answer some damaged files with these unchecked exceptions.
            throw damaged(file, e);
        }
    }

    private static ImageReader reader(ImageInputStream in, Path file) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            String format = reader.getFormatName().toLowerCase(Locale.ROOT);
            if (format.equals("jpeg") || format.equals("png")) {
                return reader;
            }
            reader.dispose();
        }
        throw new DataException(file + (Files.size(file) == 0 ? " is empty" : " is neither JPEG nor PNG inside")
                + ", whatever its name says; convert it to one of these, or remove it.");
    }

    private static ImageSize size(ImageReader reader, Path file) throws IOException {
        int height = reader.getHeight(0);
        int width = reader.getWidth(0);
        if ((long) height * width > MOST_PIXELS || Math.max(height, width) > ImageSize.LONGEST_SIDE) {
            throw new DataException(file + " says that it is " + height + " x " + width + " pixels, more than the "
                    + MOST_PIXELS + " (or " + ImageSize.LONGEST_SIDE + " a side) that are read; make it smaller.");
        }
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (!types.hasNext()) {
            throw new DataException(file + " has colours that are not read, such as CMYK; convert it to RGB.");
        }
        return new ImageSize(isGrey(types.next().getColorModel()) ? 1 : 3, height, width);
    }

    private static boolean isGrey(ColorModel model) {
        if (model instanceof IndexColorModel palette) {
            for (int i = 0; i < palette.getMapSize(); i++) {
                int rgb = palette.getRGB(i);
                if ((rgb >> 16 & 0xFF) != (rgb & 0xFF) || (rgb >> 8 & 0xFF) != (rgb & 0xFF)) {
                    return false;
                }
            }
            return true;
        }
        return model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    }

    private static byte[] grey(BufferedImage image) {
        int plane = image.getWidth() * image.getHeight();
        byte[] pixels = new byte[plane];
        if (image.getColorModel() instanceof IndexColorModel palette) {
            int[] index = samples(image, 0);
            for (int i = 0; i < plane; i++) {
                pixels[i] = (byte) palette.getBlue(index[i]);
            }
        } else {
            // The raster, since getRGB takes grey for linear light and would brighten it.
            copyBand(image, 0, pixels, 0);
        }
        return pixels;
    }

    private static byte[] colour(BufferedImage image) {
        int plane = image.getWidth() * image.getHeight();
        byte[] pixels = new byte[3 * plane];
        if (image.getColorModel() instanceof IndexColorModel palette) {
            int[] index = samples(image, 0);
            for (int i = 0; i < plane; i++) {
                int rgb = palette.getRGB(index[i]);
                pixels[i] = (byte) (rgb >> 16);
                pixels[plane + i] = (byte) (rgb >> 8);
                pixels[2 * plane + i] = (byte) rgb;
            }
        } else {
            for (int c = 0; c < 3; c++) {
                copyBand(image, c, pixels, c * plane);
            }
        }
        return pixels;
    }

    private static void copyBand(BufferedImage image, int band, byte[] pixels, int offset) {
        int[] samples = samples(image, band);
        int shift = image.getSampleModel().getSampleSize(band) - 8;
        for (int i = 0; i < samples.length; i++) {
            pixels[offset + i] = (byte) (samples[i] >> shift);
        }
    }

    private static int[] samples(BufferedImage image, int band) {
        Raster raster = image.getRaster();
        return raster.getSamples(0, 0, image.getWidth(), image.getHeight(), band, (int[]) null);
    }

    private static DataException unreadable(Path file, IOException e) {
        return new DataException("cannot read " + file + ": " + e + "; may you read it?", e);
    }

    private static DataException damaged(Path file, String reason) {
        return new DataException(file + " is damaged: " + reason + "; get it again, or remove it.");
    }

    private static DataException damaged(Path file, Exception e) {
        return new DataException(file + " is damaged: " + (e.getMessage() == null ? e.toString() : e.getMessage())
                + "; get it again, or remove it.", e);
    }
}
