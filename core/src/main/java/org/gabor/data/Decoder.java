package org.gabor.data;

import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.gabor.DataException;

/**
 * Reads JPEG, PNG, BMP and GIF files (of several frames the first), and refuses what is only half there: ImageIO fills
 * what is missing from a truncated file with grey and mentions it to a listener, here that is an error. JPEG files are
 * turned as their EXIF data asks. Colour profiles and transparency are left out of account, as Pillow does when it
 * converts to RGB.
 */
final class Decoder {
    /** The names of files that are taken for images; other files of a folder are none of ours. */
    static final List<String> EXTENSIONS = List.of(".jpg", ".jpeg", ".png", ".bmp", ".gif");

    /**
     * The formats, and how many pixels a byte of a file can stand for at most: in JPEG a block of 64 has at least a
     * bit, in PNG a byte of a deflate stream gives 1032, and 8 pixels each, in GIF a code of 12 bits gives 4096, in
     * BMP two bytes give a run of 255.
     */
    private static final Map<String, Integer> PIXELS_A_BYTE = Map.of("jpeg", 512, "png", 8256, "gif", 2731, "bmp", 128);
    private static final long MOST_PIXELS = 1L << 26;
    private static final long MOST_BYTES = 1L << 28;
    private static final byte GIF_TRAILER = 0x3B;

    private Decoder() {
    }

    /** Whether a file name ends as those of images do. */
    static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return EXTENSIONS.stream().anyMatch(name::endsWith);
    }

    /** The dimensions as the head of the file states them, as it is to be seen; 1 channel if it holds grey only. */
    static ImageSize size(Path file) {
        checkRegular(file);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(4);
            byte[] start = in.readNBytes(4);
            in.reset();
            return JpegHead.isJpeg(start)
                    ? size(jpegHead(file, in), file)
                    : withReader(file, in, (reader, _) -> size(reader, file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The whole image, with 1 channel if it holds grey only. */
    static Picture read(Path file) {
        byte[] bytes = bytes(file);
        if (JpegHead.isJpeg(bytes)) {
            return jpeg(file, bytes);
        }
        if (PngChunks.isPng(bytes)) {
            PngChunks.check(file, bytes);
        }
        return withReader(file, new ByteArrayInputStream(bytes), (reader, warnings) -> {
            ImageSize size = size(reader, file);
            BufferedImage image = reader.read(0);
            checkComplete(file, warnings);
            if (reader.getFormatName().equalsIgnoreCase("gif") && !endsWithTrailer(bytes)) {
                throw damaged(file, "it ends at byte " + bytes.length + " without the trailer of a GIF file");
            }
            return new Picture(size, size.channels() == 1 ? Bands.grey(image) : Bands.colour(image));
        });
    }

    private static Picture jpeg(Path file, byte[] bytes) {
        JpegHead head = jpegHead(file, new ByteArrayInputStream(bytes));
        ImageSize size = size(head, file);
        int channels = size.channels();
        ImageSize stored = new ImageSize(channels, head.height(), head.width());
        return withReader(file, new ByteArrayInputStream(bytes), (reader, warnings) -> {
            byte[] pixels;
            if (head.components() == 4) {
                pixels = Bands.fromInk(reader.readRaster(0, null), head.isYcck());
            } else {
                BufferedImage image = reader.read(0);
                pixels = channels == 1 ? Bands.grey(image) : Bands.colour(image);
            }
            checkComplete(file, warnings);
            return new Picture(stored, pixels).oriented(head.orientation());
        });
    }

    private static JpegHead jpegHead(Path file, InputStream in) {
        try {
            return JpegHead.read(in);
        } catch (EOFException e) {
            throw new DataException(file + " is damaged: it ends before its frame header; get it again, or remove it.",
                    e);
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    private static ImageSize size(JpegHead head, Path file) {
        if (head.components() != 1 && head.components() != 3 && head.components() != 4) {
            throw new DataException(file + " has " + head.components() + " components a pixel, expected 1 (grey), 3 "
                    + "(colour) or 4 (CMYK); convert it to RGB.");
        }
        checkSides(file, "jpeg", head.height(), head.width());
        int channels = head.components() == 1 ? 1 : 3;
        return head.isTurned()
                ? new ImageSize(channels, head.width(), head.height())
                : new ImageSize(channels, head.height(), head.width());
    }

    private static boolean endsWithTrailer(byte[] gif) {
        int last = gif.length - 1;
        while (last > 0 && gif[last] == 0) {
            last--;
        }
        return gif[last] == GIF_TRAILER;
    }

    private static void checkRegular(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + (Files.exists(file) ? " is not a regular file" : " does not exist")
                    + "; name an image file.");
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
        } catch (EOFException e) {
            throw new DataException(file + " is damaged: it ends too early; get it again, or remove it.", e);
        } catch (IOException | RuntimeException e) {
            if (e instanceof DataException known) {
                throw known;
            }
            // ImageIO's readers answer some damaged files with unchecked exceptions of many kinds.
            throw damaged(file, e);
        }
    }

    private static ImageReader reader(ImageInputStream in, Path file) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            if (PIXELS_A_BYTE.containsKey(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                return reader;
            }
            reader.dispose();
        }
        throw new DataException(file + (Files.size(file) == 0 ? " is empty" : " is neither JPEG, PNG, BMP nor GIF inside")
                + ", whatever its name says; convert it to one of these, or remove it.");
    }

    private static ImageSize size(ImageReader reader, Path file) throws IOException {
        int height = reader.getHeight(0);
        int width = reader.getWidth(0);
        checkSides(file, reader.getFormatName().toLowerCase(Locale.ROOT), height, width);
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (!types.hasNext()) {
            throw new DataException(file + " has colours that are not read; convert it to RGB.");
        }
        return new ImageSize(Bands.isGrey(types.next().getColorModel()) ? 1 : 3, height, width);
    }

    /** Fails if a file cannot hold what its head claims; called before memory is taken for it. */
    private static void checkSides(Path file, String format, int height, int width) {
        long pixels = (long) height * width;
        String claim = file + " says that it is " + height + " x " + width + " pixels";
        if (height < 1 || width < 1) {
            throw new DataException(claim + "; the file is damaged: get it again, or remove it.");
        }
        if (pixels > MOST_PIXELS || Math.max(height, width) > ImageSize.LONGEST_SIDE) {
            throw new DataException(claim + ", more than the " + MOST_PIXELS + " (or " + ImageSize.LONGEST_SIDE
                    + " a side) that are read; make it smaller.");
        }
        long bytes = file.toFile().length();
        if (pixels > bytes * PIXELS_A_BYTE.getOrDefault(format, 1)) {
            throw new DataException(claim + ", which its " + bytes + " bytes cannot hold; the file is damaged: get it "
                    + "again, or remove it.");
        }
    }

    private static void checkComplete(Path file, List<String> warnings) {
        if (!warnings.isEmpty()) {
            throw damaged(file, warnings.getFirst());
        }
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
