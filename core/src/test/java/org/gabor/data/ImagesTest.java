package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.gabor.DataException;
import org.gabor.WriteException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {
    @TempDir
    private Path dir;

    @Test
    void whatIsWrittenAsPngIsReadBackToTheByte() {
        Dataset grey = Pixels.pattern(3, 3, 5, 7);
        Path file = dir.resolve("grey.png");
        Images.writePng(file, grey, 2);
        assertThat(Images.read(file, 1, 5, 7)).isEqualTo(Pixels.of(grey, 2));
        byte[] pixels = new byte[3 * 4 * 6];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 57);
        }
        Dataset colour = new MemoryDataset("colour", List.of("a"), new ImageSize(3, 4, 6), new byte[][] {pixels},
                new int[1]);
        Images.writePng(dir.resolve("colour.png"), colour, 0);
        assertThat(Images.read(dir.resolve("colour.png"), 3, 4, 6)).isEqualTo(pixels);
    }

    @Test
    void exportMakesAFolderAClassAndNamesFilesByIndex() throws IOException {
        Dataset data = Pixels.pattern(20, 3, 4, 4);
        List<Path> files = Images.export(data, dir.resolve("out"), 18);
        assertThat(files).hasSize(18);
        assertThat(files.get(17)).isEqualTo(dir.resolve("out").resolve("class 2").resolve("00017.png"));
        assertThat(Images.read(files.get(17), 1, 4, 4)).isEqualTo(Pixels.of(data, 17));
        assertThat(Images.export(data, dir.resolve("all"), 1000)).hasSize(20);
        DataSplits reread = Datasets.imageFolder(dir.resolve("all"));
        assertThat(reread.train().size()).isEqualTo(20);
        assertThat(reread.train().channels()).isEqualTo(1);
        assertThat(reread.train().classes()).isEqualTo(data.classes());
    }

    @Test
    void classNamesThatAreNoFileNamesAreMadeSome() {
        Dataset data = new MemoryDataset("odd", List.of("T-shirt/top", "../up"), new ImageSize(1, 1, 1), new byte[2][1],
                new int[] {0, 1});
        assertThat(Images.export(data, dir, 2)).containsExactly(dir.resolve("T-shirt-top").resolve("00000.png"),
                dir.resolve("..-up").resolve("00001.png"));
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
        Dataset data = Pixels.pattern(1, 1, 2, 2);
        Path file = Files.createFile(dir.resolve("file"));
        assertThatThrownBy(() -> Images.export(data, file, 1)).isInstanceOf(WriteException.class)
                .hasMessageContaining("cannot make the folder " + file.resolve("class 0"));
        assertThatThrownBy(() -> Images.writePng(dir.resolve("none").resolve("a.png"), data, 0))
                .isInstanceOf(WriteException.class).hasMessageContainingAll("a.png", "bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "bmp", "gif"})
    void halfAnImageIsRefusedWhereverItIsCut(String format) throws IOException {
        byte[] whole = encoded(format.equals("gif") ? indexed(photo()) : photo(), format);
        Path file = dir.resolve("cut." + format);
        for (int length = 1; length < whole.length; length += length < whole.length - 60 ? 97 : 1) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Images.read(file, 3, 64, 64)).as("the first %d of %d bytes", length, whole.length)
                    .isInstanceOf(DataException.class).hasMessageContaining(file.toString());
        }
        Files.write(file, whole);
        assertThat(Images.read(file, 3, 64, 64)).hasSize(3 * 64 * 64);
    }

    @Test
    void aFlippedBitAnywhereInAPngIsFound() throws IOException {
        byte[] png = encoded(photo(), "png");
        Path file = dir.resolve("flipped.png");
        for (int i = 0; i < png.length; i += i < 60 || i >= png.length - 60 ? 1 : 41) {
            png[i] ^= (byte) (1 << i % 8);
            Files.write(file, png);
            assertThatThrownBy(() -> Images.read(file, 3, 64, 64)).as("byte %d", i).isInstanceOf(DataException.class)
                    .hasMessageContaining(file.toString());
            png[i] ^= (byte) (1 << i % 8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "this is no image", "GIF89a", "\u0089PNG\r\n"})
    void whatIsNoImageIsRefused(String content) throws IOException {
        Path file = Files.write(dir.resolve("not.png"), content.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Images.read(file, 1, 28, 28)).isInstanceOf(DataException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void bmpAndGifShowWhatPngShows() throws IOException {
        BufferedImage image = indexed(photo());
        byte[] expected = Images.read(Files.write(dir.resolve("a.png"), encoded(image, "png")), 3, 90, 120);
        assertThat(Images.read(Files.write(dir.resolve("a.gif"), encoded(image, "gif")), 3, 90, 120)).isEqualTo(expected);
        assertThat(Images.read(Files.write(dir.resolve("a.bmp"), encoded(image, "bmp")), 3, 90, 120)).isEqualTo(expected);
        BufferedImage colour = photo();
        assertThat(Images.read(Files.write(dir.resolve("b.bmp"), encoded(colour, "bmp")), 3, 90, 120))
                .isEqualTo(Images.read(Files.write(dir.resolve("b.png"), encoded(colour, "png")), 3, 90, 120));
    }

    @Test
    void fiveBitsAreSpreadOverTheFullRange() throws IOException {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_555_RGB);
        image.setRGB(0, 0, 0xFFFFFF);
        image.setRGB(2, 0, 0x84FF00);
        Path file = Files.write(dir.resolve("five.bmp"), encoded(image, "bmp"));
        assertThat(Images.read(file, 3, 1, 3)).containsExactly(-1, 0, 16 * 255 / 31, -1, 0, -1, -1, 0, 0);
    }

    @Test
    void aBmpOrGifThatClaimsToBeHugeIsRefusedBeforeMemoryIsTaken() throws IOException {
        byte[] bmp = encoded(photo(), "bmp");
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 8000).putInt(22, 8000);
        Path file = Files.write(dir.resolve("huge.bmp"), bmp);
        assertThatThrownBy(() -> Images.read(file, 3, 64, 64)).isInstanceOf(DataException.class)
                .hasMessageContainingAll("huge.bmp is damaged", "width/height");
        byte[] gif = encoded(indexed(photo()), "gif");
        int descriptor = 13 + 3 * 256;
        assertThat(gif[descriptor]).isEqualTo((byte) 0x2C);
        ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN).putShort(descriptor + 5, (short) 60000)
                .putShort(descriptor + 7, (short) 60000);
        Path other = Files.write(dir.resolve("huge.gif"), gif);
        assertThatThrownBy(() -> Images.read(other, 3, 64, 64)).isInstanceOf(DataException.class)
                .hasMessageContainingAll("huge.gif", "60000 x 60000");
    }

    @Test
    void aFileThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> Images.read(dir.resolve("none.png"), 1, 28, 28)).isInstanceOf(DataException.class)
                .hasMessageContainingAll("none.png", "does not exist");
        assertThatThrownBy(() -> Images.read(dir, 1, 28, 28)).isInstanceOf(DataException.class)
                .hasMessageContaining("is not a regular file");
    }

    @Test
    void anImageThatClaimsToBeHugeIsRefusedBeforeMemoryIsTaken() throws IOException {
        byte[] png = encoded(photo(), "png");
        // The head: signature, then length, type, width, height, five more bytes and the checksum from the type on.
        ByteBuffer head = ByteBuffer.wrap(png).putInt(16, 50_000).putInt(20, 50_000);
        CRC32 crc = new CRC32();
        crc.update(png, 12, 17);
        head.putInt(29, (int) crc.getValue());
        Path file = Files.write(dir.resolve("huge.png"), png);
        assertThatThrownBy(() -> Images.read(file, 3, 64, 64)).isInstanceOf(DataException.class)
                .hasMessageContainingAll("huge.png", "50000 x 50000");
    }

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_BYTE_BINARY, BufferedImage.TYPE_BYTE_INDEXED, BufferedImage.TYPE_BYTE_GRAY,
            BufferedImage.TYPE_USHORT_GRAY, BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_INT_ARGB,
            BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_4BYTE_ABGR})
    void everyKindOfPngShowsBlackWhiteAndTheirOrder(int type) throws IOException {
        BufferedImage image = new BufferedImage(3, 2, type);
        for (int y = 0; y < 2; y++) {
            for (int x = 0; x < 3; x++) {
                image.setRGB(x, y, (x + y) % 2 == 0 ? 0xFFFFFFFF : 0xFF000000);
            }
        }
        Path file = Files.write(dir.resolve("kind.png"), encoded(image, "png"));
        byte[] expected = {-1, 0, -1, 0, -1, 0};
        assertThat(Images.read(file, 1, 2, 3)).isEqualTo(expected);
        assertThat(Arrays.copyOfRange(Images.read(file, 3, 2, 3), 6, 12)).isEqualTo(expected);
    }

    @Test
    void coloursKeepTheirChannels() throws IOException {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, 0x102030);
        Path file = Files.write(dir.resolve("c.png"), encoded(image, "png"));
        assertThat(Images.read(file, 3, 1, 1)).containsExactly(0x10, 0x20, 0x30);
        image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 64; i++) {
            image.setRGB(i % 64, i / 64, 0xC86432);
        }
        file = Files.write(dir.resolve("c.jpg"), encoded(image, "jpg"));
        byte[] mean = Images.read(file, 3, 1, 1);
        assertThat(new int[] {mean[0] & 0xFF, mean[1] & 0xFF, mean[2] & 0xFF})
                .satisfies(rgb -> assertThat(Math.abs(rgb[0] - 200)).isLessThan(4),
                        rgb -> assertThat(Math.abs(rgb[1] - 100)).isLessThan(4),
                        rgb -> assertThat(Math.abs(rgb[2] - 50)).isLessThan(4));
    }

    /** A picture with structure enough that it does not compress to nothing. */
    static BufferedImage photo() {
        BufferedImage image = new BufferedImage(120, 90, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < 90; y++) {
            for (int x = 0; x < 120; x++) {
                image.setRGB(x, y, (x * y * 31 + x * 7) & 0xFF | (x * 2) << 8 | (y * 2) << 16);
            }
        }
        return image;
    }

    /** The same with a palette. */
    static BufferedImage indexed(BufferedImage image) {
        BufferedImage indexed = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED);
        indexed.createGraphics().drawImage(image, 0, 0, null);
        return indexed;
    }

    static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, out)).isTrue();
        return out.toByteArray();
    }
}
