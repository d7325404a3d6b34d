package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.gabor.DataException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
    private static final byte[] IMAGES = idx(0x803, new int[] {2, 2, 3}, 1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254,
            255);
    private static final byte[] LABELS = idx(0x801, new int[] {2}, 7, 0);

    @TempDir
    private Path dir;

    @BeforeEach
    void writeGoodFiles() throws IOException {
        Files.write(dir.resolve("train-images-idx3-ubyte"), IMAGES);
        Files.write(dir.resolve("train-labels-idx1-ubyte"), LABELS);
    }

    @Test
    void mnistIsReadAsPublished() {
        // Counts and sums by numpy from the published files; the first labels are in every textbook.
        DataSplits mnist = Datasets.mnist(TestData.folder("mnist"));
        Dataset train = mnist.train();
        assertThat(train.size()).isEqualTo(60_000);
        assertThat(new int[] {train.channels(), train.height(), train.width()}).containsExactly(1, 28, 28);
        assertThat(new int[] {train.label(0), train.label(1), train.label(2), train.label(3), train.label(4)})
                .containsExactly(5, 0, 4, 1, 9);
        assertThat(Pixels.countByClass(train))
                .containsExactly(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949);
        assertThat(Pixels.sum(train, 0)).isEqualTo(1_567_298_545L);
        assertThat(mnist.test().size()).isEqualTo(10_000);
        assertThat(Pixels.countByClass(mnist.test()))
                .containsExactly(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009);
        assertThat(Pixels.sum(mnist.test(), 0)).isEqualTo(264_923_200L);
        assertThat(mnist.validation()).isEmpty();
    }

    @Test
    void imagesAndLabelsComeInTheOrderOfTheFiles() {
        Dataset train = Datasets.mnist(dir).train();
        assertThat(new int[] {train.size(), train.channels(), train.height(), train.width()})
                .containsExactly(2, 1, 2, 3);
        assertThat(Pixels.of(train, 0)).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Pixels.of(train, 1)).containsExactly(250, 251, 252, 253, 254, 255);
        assertThat(train.label(0)).isEqualTo(7);
        assertThat(train.label(1)).isZero();
    }

    @Test
    void compressedFilesReadAsPlainOnes() throws IOException {
        String plain = Datasets.mnist(dir).train().fingerprint();
        Files.write(dir.resolve("train-images-idx3-ubyte.gz"), gzip(IMAGES));
        Files.delete(dir.resolve("train-images-idx3-ubyte"));
        assertThat(Datasets.mnist(dir).train().fingerprint()).isEqualTo(plain);
    }

    @Test
    void aTestPartThatIsNotThereIsMissedOnlyWhenAskedFor() {
        DataSplits splits = Datasets.mnist(dir);
        assertThat(splits.hasTest()).isFalse();
        assertThatThrownBy(splits::test).isInstanceOf(DataException.class)
                .hasMessageContainingAll("mnist has no test part", "Datasets.split");
    }

    @Test
    void aFolderWithoutTheFilesIsToldWhichAreExpected() throws IOException {
        Files.delete(dir.resolve("train-images-idx3-ubyte"));
        assertRefused("train-images-idx3-ubyte or the same with .gz");
        Files.delete(dir.resolve("train-labels-idx1-ubyte"));
        assertRefused(dir.toString(), "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte");
        assertThatThrownBy(() -> Datasets.mnist(dir.resolve("none"))).isInstanceOf(DataException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> Datasets.mnist(Files.createFile(dir.resolve("file"))))
                .isInstanceOf(DataException.class).hasMessageContaining("is a file");
    }

    @Test
    void anotherKindOfFileIsKnownByItsFirstBytes() throws IOException {
        images(LABELS);
        assertRefused("train-images-idx3-ubyte starts with 00000801, expected 00000803");
        images(idx(0xD03, new int[] {2, 2, 3}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
        assertRefused("starts with 00000d03");
    }

    @Test
    void aFileThatEndsEarlyIsRefused() throws IOException {
        images(Arrays.copyOf(IMAGES, IMAGES.length - 1));
        assertRefused("train-images-idx3-ubyte has 27 bytes", "needs 28");
        images(Arrays.copyOf(IMAGES, 10));
        assertRefused("ends at byte 10 within the header", "needs 2 more");
        images(new byte[0]);
        assertRefused("ends at byte 0 within the header");
    }

    @Test
    void aFileThatGoesOnIsRefused() throws IOException {
        images(Arrays.copyOf(IMAGES, IMAGES.length + 1));
        assertRefused("has 29 bytes", "needs 28");
        compressedImages(gzip(Arrays.copyOf(IMAGES, IMAGES.length + 1)));
        assertRefused("train-images-idx3-ubyte.gz goes on after byte 28");
    }

    @Test
    void dimensionsThatTheFileCannotHoldAreRefusedBeforeMemoryIsTaken() throws IOException {
        images(idx(0x803, new int[] {Integer.MAX_VALUE, 65535, 65535}, 1, 2, 3));
        assertRefused("has 19 bytes", "images [n,h,w] needs 9223");
        compressedImages(gzip(idx(0x803, new int[] {Integer.MAX_VALUE, 65535, 65535}, 1, 2, 3)));
        assertRefused("compressed bytes", "images [n,h,w] needs 9223");
    }

    @Test
    void dimensionsOutOfRangeAreRefused() throws IOException {
        images(idx(0x803, new int[] {2, 0, 3}));
        assertRefused("says at byte 8 that dimension 1 of images [n,h,w] is 0, expected 1 to 65535");
        images(idx(0x803, new int[] {-1, 2, 3}));
        assertRefused("says at byte 4 that dimension 0", "4294967295");
    }

    @Test
    void labelsMustBeAsManyAsImages() throws IOException {
        Files.write(dir.resolve("train-labels-idx1-ubyte"), idx(0x801, new int[] {3}, 7, 0, 1));
        assertRefused("train-labels-idx1-ubyte has 3 labels", "train-images-idx3-ubyte has 2 images");
    }

    @Test
    void aLabelOutOfRangeIsNamedWithItsPlace() throws IOException {
        Files.write(dir.resolve("train-labels-idx1-ubyte"), idx(0x801, new int[] {2}, 7, 10));
        assertRefused("train-labels-idx1-ubyte has label 10 for record 1 at byte 9, expected 0 to 9");
    }

    @Test
    void damagedCompressionIsRefused() throws IOException {
        byte[] good = gzip(IMAGES);
        compressedImages(Arrays.copyOf(good, good.length / 2));
        assertRefused("train-images-idx3-ubyte.gz ends within its compressed data");
        byte[] flipped = good.clone();
        flipped[good.length - 6] ^= 1;
        compressedImages(flipped);
        assertRefused("train-images-idx3-ubyte.gz has bad compressed data");
        compressedImages(IMAGES);
        assertRefused("cannot read", "it should be a gzip file");
        compressedImages(new byte[0]);
        assertRefused("it should be a gzip file");
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> Datasets.mnist(dir)).isInstanceOf(DataException.class).hasMessageContainingAll(parts);
    }

    private void images(byte[] bytes) throws IOException {
        Files.write(dir.resolve("train-images-idx3-ubyte"), bytes);
    }

    private void compressedImages(byte[] bytes) throws IOException {
        Files.deleteIfExists(dir.resolve("train-images-idx3-ubyte"));
        Files.write(dir.resolve("train-images-idx3-ubyte.gz"), bytes);
    }

    private static byte[] idx(int magic, int[] dims, int... elements) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * dims.length + elements.length).putInt(magic);
        Arrays.stream(dims).forEach(bytes::putInt);
        Arrays.stream(elements).forEach(e -> bytes.put((byte) e));
        return bytes.array();
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }
}
