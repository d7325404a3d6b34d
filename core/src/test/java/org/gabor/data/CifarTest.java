package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.gabor.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarTest {
    private static final int RECORD = 3073;

    @TempDir
    private Path dir;

    @Test
    void theFirstRecordsOfCifar10AreReadAsPublished() {
        // Counts, sums and first pixels by numpy from the published file.
        DataSplits cifar = Datasets.cifar10(TestData.folder("cifar10-lossless"));
        Dataset train = cifar.train();
        assertThat(train.size()).isEqualTo(3000);
        assertThat(new int[] {train.channels(), train.height(), train.width()}).containsExactly(3, 32, 32);
        assertThat(IntStream.range(0, 5).map(train::label)).containsExactly(6, 9, 9, 4, 1);
        assertThat(train.classes().get(6)).isEqualTo("frog");
        assertThat(Pixels.countByClass(train))
                .containsExactly(299, 287, 322, 285, 311, 279, 312, 297, 308, 300);
        assertThat(Pixels.sum(train, 0)).isEqualTo(384_263_473L);
        assertThat(Pixels.sum(train, 1)).isEqualTo(377_054_551L);
        assertThat(Pixels.sum(train, 2)).isEqualTo(348_608_513L);
        assertThat(Pixels.of(train, 0)).startsWith(59, 43, 50, 68);
        assertThat(cifar.hasTest()).isFalse();
    }

    @Test
    void batchesAreJoinedInTheOrderOfTheirNamesAndTheTestBatchStandsApart() throws IOException {
        Files.write(dir.resolve("data_batch_2.bin"), records(3, 4));
        Files.write(dir.resolve("data_batch_1.bin.gz"), IdxTest.gzip(records(0, 1, 2)));
        Files.write(dir.resolve("test_batch.bin"), records(9));
        DataSplits cifar = Datasets.cifar10(dir);
        assertThat(IntStream.range(0, cifar.train().size()).map(cifar.train()::label)).containsExactly(0, 1, 2, 3, 4);
        assertThat(cifar.test().size()).isEqualTo(1);
        assertThat(cifar.test().label(0)).isEqualTo(9);
        assertThat(Pixels.of(cifar.train(), 3)).startsWith(3, 4, 5);
    }

    @Test
    void aPlainFileAndItsCompressedTwinAreReadOnce() throws IOException {
        Files.write(dir.resolve("data_batch_1.bin"), records(0, 1));
        Files.write(dir.resolve("data_batch_1.bin.gz"), IdxTest.gzip(records(0, 1)));
        assertThat(Datasets.cifar10(dir).train().size()).isEqualTo(2);
    }

    @Test
    void theFolderInsideThePublishedArchiveIsFound() throws IOException {
        Path inner = Files.createDirectory(dir.resolve("cifar-10-batches-bin"));
        Files.write(inner.resolve("data_batch_1.bin"), records(5));
        assertThat(Datasets.cifar10(dir).train().label(0)).isEqualTo(5);
    }

    @Test
    void classNamesComeFromTheirFileIfThereIsOne() throws IOException {
        Files.write(dir.resolve("data_batch_1.bin"), records(0));
        assertThat(Datasets.cifar10(dir).train().classes()).startsWith("airplane", "automobile").hasSize(10);
        List<String> names = IntStream.range(0, 10).mapToObj(i -> "name " + i).toList();
        Files.write(dir.resolve("batches.meta.txt"), names);
        assertThat(Datasets.cifar10(dir).train().classes()).isEqualTo(names);
        Files.write(dir.resolve("batches.meta.txt"), List.of("only", "two"));
        assertRefused("batches.meta.txt names 2 classes, expected 10");
    }

    @Test
    void aFolderWithoutBatchesIsToldWhichFilesAreExpected() {
        assertRefused(dir.toString(), "no file data_batch*.bin", "data_batch_1.bin to data_batch_5.bin");
    }

    @Test
    void aFileThatEndsWithinARecordIsRefused() throws IOException {
        Files.write(dir.resolve("data_batch_1.bin"), Arrays.copyOf(records(0, 1), 2 * RECORD - 1));
        assertRefused("data_batch_1.bin has 6145 bytes, expected a multiple of 3073");
        Files.delete(dir.resolve("data_batch_1.bin"));
        Files.write(dir.resolve("data_batch_1.bin.gz"), IdxTest.gzip(Arrays.copyOf(records(0, 1), 2 * RECORD - 1)));
        assertRefused("data_batch_1.bin.gz ends at byte 6145 within record 1, which has 3072 of 3073 bytes");
    }

    @Test
    void anEmptyFileIsRefused() throws IOException {
        Files.createFile(dir.resolve("data_batch_1.bin"));
        assertRefused("data_batch_1.bin is empty");
    }

    @Test
    void aLabelOutOfRangeIsNamedWithItsPlace() throws IOException {
        Files.write(dir.resolve("data_batch_1.bin"), records(0, 200));
        assertRefused("data_batch_1.bin has label 200 for record 1 at byte 3073, expected 0 to 9");
    }

    @Test
    void theClassOfCifar100IsTheSecondByteAndTheFirstIsPassedOver() throws IOException {
        Path inner = Files.createDirectory(dir.resolve("cifar-100-binary"));
        byte[] records = new byte[2 * 3074];
        records[0] = 19;
        records[1] = 99;
        records[2] = 42;
        records[3074] = 4;
        Files.write(inner.resolve("train.bin"), records);
        Files.write(inner.resolve("test.bin.gz"), IdxTest.gzip(records));
        DataSplits cifar = Datasets.open("cifar100:" + dir);
        assertThat(cifar.name()).isEqualTo("cifar100");
        assertThat(IntStream.range(0, 2).map(cifar.train()::label)).containsExactly(99, 0);
        assertThat(cifar.train().classes()).hasSize(100).isSorted().startsWith("apple").endsWith("worm")
                .doesNotHaveDuplicates();
        assertThat(Pixels.of(cifar.train(), 0)).startsWith(42, 0).hasSize(3072);
        assertThat(cifar.test().size()).isEqualTo(2);
    }

    @Test
    void aLabelOfCifar100OutOfRangeIsNamedWithItsPlace() throws IOException {
        byte[] records = new byte[2 * 3074];
        records[3075] = 100;
        Files.write(dir.resolve("train.bin"), records);
        assertThatThrownBy(() -> Datasets.cifar100(dir)).isInstanceOf(DataException.class)
                .hasMessageContaining("train.bin has label 100 for record 1 at byte 3075, expected 0 to 99");
        Files.write(dir.resolve("train.bin"), records(1));
        assertThatThrownBy(() -> Datasets.cifar100(dir)).isInstanceOf(DataException.class)
                .hasMessageContaining("train.bin has 3073 bytes, expected a multiple of 3074");
    }

    @Test
    void aFolderWithoutCifar100IsToldWhichFilesAreExpectedAndHowToGetThem() {
        assertThatThrownBy(() -> Datasets.cifar100(dir)).isInstanceOf(DataException.class)
                .hasMessageContainingAll("no file train.bin", "gabor data get cifar100");
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> Datasets.cifar10(dir)).isInstanceOf(DataException.class)
                .hasMessageContainingAll(parts);
    }

    /** A record for each label; its pixels count up from the label. */
    private static byte[] records(int... labels) {
        byte[] bytes = new byte[RECORD * labels.length];
        for (int i = 0; i < labels.length; i++) {
            bytes[i * RECORD] = (byte) labels[i];
            for (int p = 1; p < RECORD; p++) {
                bytes[i * RECORD + p] = (byte) (labels[i] + p - 1);
            }
        }
        return bytes;
    }
}
