package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.gabor.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
    @TempDir
    private Path dir;

    @Test
    void photosOfManySizesAreBroughtToOne() {
        DataSplits insects = Datasets.open("imagefolder:" + TestData.folder("hymenoptera") + "@3x48x64");
        Dataset train = insects.train();
        assertThat(train.classes()).containsExactly("ants", "bees");
        assertThat(Pixels.countByClass(train)).containsExactly(75, 75);
        assertThat(new int[] {train.channels(), train.height(), train.width()}).containsExactly(3, 48, 64);
        assertThat(insects.validation()).isEmpty();
        assertThat(insects.hasTest()).isFalse();
    }

    @Test
    void photosOfManySizesWithoutASizeAreRefusedWithTheFix() {
        Path folder = TestData.folder("hymenoptera");
        assertThatThrownBy(() -> Datasets.imageFolder(folder)).isInstanceOf(DataException.class)
                .hasMessageContainingAll("0013035.jpg is 512 x 768", "is 333 x 500", "imagefolder:DIR@64");
    }

    @Test
    void whatDoesNotFitIntoMemoryIsReadWhenItIsAskedForAndIsTheSame() throws IOException {
        for (int i = 0; i < 6; i++) {
            image("train/" + (i % 2 == 0 ? "a" : "b") + "/" + i + ".png", 40 * i);
        }
        image("test/b/9.png", 99);
        DataSplits kept = ImageFolder.open(dir, null, BadImages.FAIL, 7 * 16);
        DataSplits read = ImageFolder.open(dir, null, BadImages.FAIL, 7 * 16 - 1);
        assertThat(kept.train().isInMemory()).isTrue();
        assertThat(read.train().isInMemory()).isFalse();
        for (int i = 0; i < 6; i++) {
            assertThat(Pixels.of(read.train(), i)).isEqualTo(Pixels.of(kept.train(), i));
            assertThat(read.train().label(i)).isEqualTo(kept.train().label(i));
        }
        assertThat(Pixels.of(read.test(), 0)[0]).isEqualTo((byte) 99);
        assertThat(read.train().subset(new int[] {4}).isInMemory()).isFalse();
        assertThat(read.train().subset(new int[] {4}).describe(0)).isEqualTo(dir.resolve("train/b/3.png").toString());
        String before = read.train().fingerprint();
        assertThat(ImageFolder.open(dir, null, BadImages.FAIL, 0).train().fingerprint()).isEqualTo(before);
        Files.move(dir.resolve("train/b/5.png"), dir.resolve("train/b/7.png"));
        assertThat(ImageFolder.open(dir, null, BadImages.FAIL, 0).train().fingerprint()).isNotEqualTo(before);
    }

    @Test
    void classesAreSortedByNameAndFilesWithinThem() throws IOException {
        image("zebra/1.png", 40);
        image("ant/2.png", 20);
        image("ant/1.png", 10);
        image("Bee/1.PNG", 30);
        Dataset train = Datasets.imageFolder(dir).train();
        assertThat(train.classes()).containsExactly("Bee", "ant", "zebra");
        assertThat(IntStream.range(0, 4).map(train::label)).containsExactly(0, 1, 1, 2);
        assertThat(IntStream.range(0, 4).map(i -> Pixels.of(train, i)[0])).containsExactly(30, 10, 20, 40);
        assertThat(train.channels()).isEqualTo(1);
    }

    @Test
    void partsAreFoundByTheirFolders() throws IOException {
        image("train/a/1.png", 1);
        image("train/b/1.png", 2);
        image("val/b/1.png", 3);
        image("test/a/1.png", 4);
        DataSplits splits = Datasets.imageFolder(dir);
        assertThat(splits.train().size()).isEqualTo(2);
        assertThat(splits.validation().orElseThrow().label(0)).as("b, though it is the only class there").isEqualTo(1);
        assertThat(Pixels.of(splits.test(), 0)[0]).isEqualTo((byte) 4);
    }

    @Test
    void whatIsNoImageIsPassedOver() throws IOException {
        image("a/1.png", 1);
        Files.writeString(dir.resolve("a/readme.txt"), "notes");
        Files.writeString(dir.resolve("a/.hidden.png"), "not an image");
        Files.writeString(dir.resolve("list.csv"), "notes");
        assertThat(Datasets.imageFolder(dir).train().size()).isEqualTo(1);
    }

    @Test
    void aClassThatTrainingDoesNotHaveIsRefused() throws IOException {
        image("train/cat/1.png", 1);
        image("val/cats/1.png", 2);
        assertRefused("unknown class 'cats'; did you mean 'cat'?");
    }

    @Test
    void aClassWithoutImagesIsRefused() throws IOException {
        image("a/1.png", 1);
        Files.createDirectory(dir.resolve("b"));
        assertRefused(dir.resolve("b").toString(), "holds no image");
    }

    @Test
    void aFolderWithoutClassesIsRefused() {
        assertRefused(dir.toString(), "has no folders", "cat");
    }

    @Test
    void imagesOfAnotherKindAreRefusedRatherThanPassedOver() throws IOException {
        image("a/1.png", 1);
        Files.write(dir.resolve("a/2.webp"), new byte[10]);
        assertRefused("2.webp", "convert it to JPEG or PNG");
    }

    @Test
    void ofManyBadFilesTheFirstIsNamed() throws IOException {
        for (int i = 0; i < 50; i++) {
            image("a/" + (100 + i) + ".png", i);
        }
        byte[] good = Files.readAllBytes(dir.resolve("a/100.png"));
        for (int bad : new int[] {117, 118, 130, 149}) {
            Files.write(dir.resolve("a/" + bad + ".png"), Arrays.copyOf(good, good.length - 20));
        }
        for (int run = 0; run < 5; run++) {
            assertRefused("117.png is damaged");
        }
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> Datasets.imageFolder(dir)).isInstanceOf(DataException.class)
                .hasMessageContainingAll(parts);
    }

    /** A grey image of 4 x 4 pixels, all of one value. */
    private void image(String path, int value) throws IOException {
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSamples(0, 0, 4, 4, 0, IntStream.generate(() -> value).limit(16).toArray());
        Path file = dir.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, ImagesTest.encoded(image, "png"));
    }
}
