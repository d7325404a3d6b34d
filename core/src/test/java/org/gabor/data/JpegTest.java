package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.assertj.core.data.Offset;
import org.gabor.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kinds of JPEG that cameras and print shops make. */
class JpegTest {
    private static final int APP1 = 0xE1;
    private static final int APP14 = 0xEE;

    @TempDir
    private Path dir;

    /** Colours by hand: red = c k / 255, where c and k are 255 less the ink. */
    @Test
    void cmykIsReadAsAdobeWritesIt() throws IOException {
        byte[] jpeg = with(fourComponents(200, 100, 50, 220), APP14, adobe(0));
        assertColour(jpeg, 200 * 220 / 255, 100 * 220 / 255, 50 * 220 / 255);
        assertColour(fourComponents(255, 0, 255, 255), 255, 0, 255);
    }

    /** y, cb, cr of BT.601 by hand: 81, 90, 240 is red (254, 0, 0 of ink 255 - that), 145, 54, 34 is green. */
    @Test
    void ycckIsReadAsAdobeWritesIt() throws IOException {
        // r = 200 + 1.402 (50 - 128) = 91, g = 200 - .344 (100 - 128) - .714 (50 - 128) = 265, b = 200 - 50 = 150: 150
        byte[] jpeg = with(fourComponents(200, 100, 50, 220), APP14, adobe(2));
        assertColour(jpeg, (255 - 91) * 220 / 255, 0, (255 - 150) * 220 / 255);
        assertColour(with(fourComponents(0, 128, 128, 255), APP14, adobe(2)), 255, 255, 255);
        assertColour(with(fourComponents(0, 128, 128, 0), APP14, adobe(2)), 0, 0, 0);
    }

    @Test
    void greyStaysGreyAndTheSizeIsKnownFromTheHead() throws IOException {
        BufferedImage image = new BufferedImage(24, 16, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSamples(0, 0, 24, 16, 0, new int[24 * 16]);
        Path file = write(ImagesTest.encoded(image, "jpg"));
        assertThat(Decoder.size(file)).isEqualTo(new ImageSize(1, 16, 24));
        assertThat(Decoder.read(file).size()).isEqualTo(new ImageSize(1, 16, 24));
    }

    /**
     * The corners of what is seen, rows from the top, as EXIF 2.3 has it: orientation 6 says that row 0 as it is stored
     * is the right side and column 0 the top.
     */
    @ParameterizedTest
    @CsvSource({"1, 0, 80, 160, 240", "2, 80, 0, 240, 160", "3, 240, 160, 80, 0", "4, 160, 240, 0, 80",
            "5, 0, 160, 80, 240", "6, 160, 0, 240, 80", "7, 240, 80, 160, 0", "8, 80, 240, 0, 160"})
    void aPhotoIsTurnedAsItsExifDataAsks(int orientation, int topLeft, int topRight, int bottomLeft, int bottomRight)
            throws IOException {
        // Stored: 16 rows of 32; quarters 0, 80 in the upper half and 160, 240 in the lower.
        BufferedImage image = new BufferedImage(32, 16, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 16; y++) {
            for (int x = 0; x < 32; x++) {
                image.getRaster().setSample(x, y, 0, 80 * (x / 16 + 2 * (y / 8)));
            }
        }
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            Path file = write(with(ImagesTest.encoded(image, "jpg"), APP1, exif(order, orientation)));
            ImageSize seen = orientation > 4 ? new ImageSize(1, 32, 16) : new ImageSize(1, 16, 32);
            assertThat(Decoder.size(file)).isEqualTo(seen);
            Picture picture = Decoder.read(file);
            assertThat(picture.size()).isEqualTo(seen);
            int last = seen.height() * seen.width() - 1;
            int[] corners = {0, seen.width() - 1, last - seen.width() + 1, last};
            int[] expected = {topLeft, topRight, bottomLeft, bottomRight};
            for (int i = 0; i < 4; i++) {
                assertThat(picture.pixels()[corners[i]] & 0xFF).as("corner %d", i)
                        .isCloseTo(expected[i], Offset.offset(6));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 65535})
    void anOrientationThatIsNoneIsPassedOver(int orientation) throws IOException {
        byte[] jpeg = with(ImagesTest.encoded(ImagesTest.photo(), "jpg"), APP1, exif(ByteOrder.BIG_ENDIAN, orientation));
        assertThat(Decoder.read(write(jpeg)).size()).isEqualTo(new ImageSize(3, 90, 120));
    }

    @Test
    void exifDataThatIsCutIsPassedOver() throws IOException {
        byte[] whole = exif(ByteOrder.LITTLE_ENDIAN, 6);
        for (int length = 6; length < whole.length; length++) {
            byte[] jpeg = with(ImagesTest.encoded(ImagesTest.photo(), "jpg"), APP1, Arrays.copyOf(whole, length));
            assertThat(Decoder.size(write(jpeg)).channels()).isEqualTo(3);
        }
    }

    @Test
    void halfACmykImageIsRefusedWhereverItIsCut() throws IOException {
        byte[] whole = with(fourComponents(200, 100, 50, 220), APP14, adobe(2));
        for (int length = 1; length < whole.length; length += 5) {
            Path file = write(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Images.read(file, 3, 16, 16)).as("the first %d bytes", length)
                    .isInstanceOf(DataException.class).hasMessageContaining(file.toString());
        }
    }

    @Test
    void aHeadThatClaimsMoreThanTheFileCanHoldIsRefused() throws IOException {
        byte[] jpeg = ImagesTest.encoded(ImagesTest.photo(), "jpg");
        int frame = 0;
        while ((jpeg[frame] & 0xFF) != 0xFF || (jpeg[frame + 1] & 0xFF) != 0xC0) {
            frame++;
        }
        ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 8000).putShort(frame + 7, (short) 8000);
        Path file = write(jpeg);
        assertThatThrownBy(() -> Images.read(file, 3, 64, 64)).isInstanceOf(DataException.class)
                .hasMessageContainingAll(file.toString(), "8000 x 8000 pixels", "cannot hold");
    }

    private Path write(byte[] jpeg) throws IOException {
        return Files.write(dir.resolve("a.jpg"), jpeg);
    }

    private void assertColour(byte[] jpeg, int red, int green, int blue) throws IOException {
        byte[] rgb = Images.read(write(jpeg), 3, 1, 1);
        int[] expected = {red, green, blue};
        for (int c = 0; c < 3; c++) {
            assertThat(rgb[c] & 0xFF).as("channel %d", c).isCloseTo(expected[c], Offset.offset(2));
        }
    }

    /** 16 x 16 pixels of one colour, as four components that the encoder takes as they are. */
    private static byte[] fourComponents(int... colour) throws IOException {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, null);
        for (int i = 0; i < 256; i++) {
            raster.setPixel(i % 16, i / 16, colour);
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam best = writer.getDefaultWriteParam();
        best.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        best.setCompressionQuality(1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(raster, null, null), best);
        }
        return bytes.toByteArray();
    }

    private static byte[] adobe(int transform) {
        byte[] segment = Arrays.copyOf("Adobe".getBytes(StandardCharsets.US_ASCII), 12);
        segment[6] = 100;
        segment[11] = (byte) transform;
        return segment;
    }

    /** A directory with one entry. */
    private static byte[] exif(ByteOrder order, int orientation) {
        ByteBuffer out = ByteBuffer.allocate(6 + 8 + 2 + 12 + 4).order(order);
        out.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
        out.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.US_ASCII));
        out.putShort((short) 42).putInt(8).putShort((short) 1);
        out.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation).putShort((short) 0);
        return out.array();
    }

    /** The file with a further segment after its first marker. */
    private static byte[] with(byte[] jpeg, int marker, byte[] segment) {
        ByteBuffer out = ByteBuffer.allocate(jpeg.length + segment.length + 4);
        out.put(jpeg, 0, 2).put((byte) 0xFF).put((byte) marker).putShort((short) (segment.length + 2)).put(segment);
        return out.put(jpeg, 2, jpeg.length - 2).array();
    }
}
