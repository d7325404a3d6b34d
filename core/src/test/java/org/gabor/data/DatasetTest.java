package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gabor.DataException;
import org.gabor.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTest {
    private static final ImageSize SIZE = new ImageSize(1, 1, 2);

    @Test
    void aSubsetReadsItsImagesFromTheWhole() {
        Dataset whole = Pixels.pattern(10, 3, 2, 2);
        Dataset part = whole.subset(new int[] {7, 0, 7}).subset(new int[] {2, 1});
        assertThat(part.size()).isEqualTo(2);
        assertThat(part.label(0)).isEqualTo(whole.label(7));
        assertThat(Pixels.of(part, 0)).isEqualTo(Pixels.of(whole, 7));
        assertThat(Pixels.of(part, 1)).isEqualTo(Pixels.of(whole, 0));
        assertThat(part.classes()).isEqualTo(whole.classes());
        assertThatThrownBy(() -> whole.subset(new int[] {10})).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void fingerprintsTellWhateverTrainingCouldSee() {
        Set<String> seen = new HashSet<>();
        assertThat(seen.add(data(SIZE, "a b", 0, 1, 2, 3).fingerprint())).isTrue();
        assertThat(seen.add(data(SIZE, "a b", 0, 1, 2, 4).fingerprint())).as("a pixel").isTrue();
        assertThat(seen.add(data(SIZE, "a b", 1, 1, 2, 3).fingerprint())).as("a label").isTrue();
        assertThat(seen.add(data(SIZE, "a c", 0, 1, 2, 3).fingerprint())).as("a class name").isTrue();
        assertThat(seen.add(data(new ImageSize(1, 2, 1), "a b", 0, 1, 2, 3).fingerprint())).as("the shape").isTrue();
        assertThat(seen.add(data(SIZE, "a b", 0, 1, 2, 3).subset(new int[] {1, 0}).fingerprint())).as("order").isTrue();
        assertThat(seen.add(data(SIZE, "a b", 0, 1, 2, 3).subset(new int[] {0, 1}).fingerprint())).as("the same")
                .isFalse();
        // By hashlib: sha256(struct.pack(">5i", 2, 1, 1, 2, 2) + (len, name) * 2 + (label, pixels) * 2)
        assertThat(data(SIZE, "a b", 0, 1, 2, 3).fingerprint())
                .isEqualTo("f6e76bfa5f3408ddf16043be006eedb4f540722c23adf52b172ee6678aaa9da0");
    }

    @Test
    void whatIsNoDataSetIsRefused() {
        List<String> classes = List.of("a", "b");
        assertThatThrownBy(() -> new MemoryDataset("mine", classes, SIZE, new byte[0][], new int[0]))
                .isInstanceOf(DataException.class).hasMessageContaining("mine has no images");
        assertThatThrownBy(() -> new MemoryDataset("mine", classes, SIZE, new byte[2][2], new int[1]))
                .isInstanceOf(DataException.class).hasMessageContaining("2 images but 1 labels");
        assertThatThrownBy(() -> new MemoryDataset("mine", classes, SIZE, new byte[2][3], new int[2]))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("image 0 of mine has 3 bytes, expected 2 (1x1x2)");
        assertThatThrownBy(() -> new MemoryDataset("mine", classes, SIZE, new byte[2][2], new int[] {0, 2}))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("label of image 1 of mine is 2, expected 0 to 1");
    }

    @Test
    void partsOfDifferentSizeOrClassesAreRefused() {
        Dataset train = Pixels.pattern(4, 2, 2, 2);
        assertThatThrownBy(() -> new DataSplits("mine", train, null, Pixels.pattern(4, 2, 2, 3)))
                .isInstanceOf(DataException.class).hasMessageContainingAll("1x2x3", "1x2x2");
        assertThatThrownBy(() -> new DataSplits("mine", train, Pixels.pattern(4, 3, 2, 2), null))
                .isInstanceOf(DataException.class).hasMessageContaining("same classes");
    }

    @ParameterizedTest
    @CsvSource({"64, 3x64x64", "48x64, 3x48x64", "1x48x64, 1x48x64"})
    void sizesAreReadAsTheyAreWritten(String text, String size) {
        assertThat(ImageSize.parse(text)).hasToString(size);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x64", "64x", "2x64x64", "0", "3x70000x1", "1x1x1x1", "9999999999", "3x65535x65535"})
    void whatIsNoSizeIsRefused(String text) {
        assertThatThrownBy(() -> ImageSize.parse(text)).isInstanceOf(UsageException.class);
    }

    private static Dataset data(ImageSize size, String classes, int label, int... pixels) {
        byte[][] images = {{(byte) pixels[0], (byte) pixels[1]}, {(byte) pixels[2], 9}};
        return new MemoryDataset("mine", List.of(classes.split(" ", -1)), size, images, new int[] {label, 1});
    }
}
