package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.gabor.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTest {
    @TempDir
    private Path dir;

    @Test
    void linesWithoutTitlesAreALabelAndPixels() throws IOException {
        Dataset data = read("7,0,1,2,255\n3, 9,8 ,7,6\r\n\n7,1,1,1,1");
        assertThat(data.classes()).containsExactly("3", "7");
        assertThat(IntStream.range(0, 3).map(data::label)).containsExactly(1, 0, 1);
        assertThat(new int[] {data.channels(), data.height(), data.width()}).containsExactly(1, 2, 2);
        assertThat(Pixels.of(data, 0)).containsExactly(0, 1, 2, -1);
        assertThat(Pixels.of(data, 1)).containsExactly(9, 8, 7, 6);
    }

    @Test
    void titlesSayWhereTheLabelStands() throws IOException {
        Dataset data = read("\uFEFFp0,p1,Label,p2,p3\n1,2,\"T-shirt, \"\"red\"\"\",3,4\n5,6,Bag,7,8\n");
        assertThat(data.classes()).containsExactly("Bag", "T-shirt, \"red\"");
        assertThat(Pixels.of(data, 0)).containsExactly(1, 2, 3, 4);
        assertThat(data.label(0)).isEqualTo(1);
    }

    @Test
    void labelsThatAreNumbersAreInTheirOrder() throws IOException {
        assertThat(read("10,1\n9,1\n2,1\n").classes()).containsExactly("2", "9", "10");
    }

    @Test
    void labelsMayBeBelowZeroOrWrittenWithAPoint() throws IOException {
        assertThat(read("-1,1\n1,1\n").classes()).containsExactly("-1", "1");
        assertThat(read("1.0,1\n0.0,1\n").classes()).containsExactly("0.0", "1.0");
    }

    @Test
    void twelvePixelsAreASmallColourImageAndOthersAreSaid() throws IOException {
        assertThat(read("0,1,2,3,4,5,6,7,8,9,10,11,12").channels()).isEqualTo(3);
        write("data.csv", "0,1,2,3,4,5,6");
        assertRefused("csv:" + file(), "6 pixels a line, which make no square", "csv:FILE@1x28x20");
        Dataset said = Datasets.open("csv:" + file() + "@1x2x3").train();
        assertThat(new int[] {said.channels(), said.height(), said.width()}).containsExactly(1, 2, 3);
        assertRefused("csv:" + file() + "@1x2x2", "6 pixels a line, expected 4 for images of 1x2x2");
    }

    @Test
    void aFolderHasPartsWithTheClassesOfTheTrainingPart() throws IOException {
        write("train.csv", "a,1\nb,2\n");
        Files.write(dir.resolve("test.csv.gz"), IdxTest.gzip("b,3\n".getBytes(StandardCharsets.UTF_8)));
        DataSplits splits = Datasets.open("csv:" + dir);
        assertThat(splits.test().label(0)).isEqualTo(1);
        assertThat(splits.validation()).isEmpty();
        write("val.csv", "a,1\nc,2\n");
        assertRefused("csv:" + dir, "val.csv, line 2, column 1: unknown class 'c'", "the labels of the training part");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            label,p0~1,NaN            | line 2, column 2 (p0): 'NaN' is no pixel; expected a whole number from 0 to 255
            1,1,2,3,4~1,1,2,NaN,4     | line 2, column 4: 'NaN' is no pixel
            5,NaN,3                   | line 1, column 2: 'NaN' is no pixel
            1,256                     | line 1, column 2: '256' is no pixel
            1,-1                      | line 1, column 2: '-1' is no pixel
            1,0.5                     | line 1, column 2: '0.5' is no pixel
            1,99999999999             | line 1, column 2: '99999999999' is no pixel
            1,1,2~1,1                 | line 2 has 2 columns, expected 3
            ,7                        | line 1, column 1: '' is no label
            a,7~NaN,7                 | line 2, column 1: 'NaN' is no label; write a whole number or a name
            1,7~-inf,7                | line 2, column 1: '-inf' is no label
            1,7~1.5,7                 | line 2, column 1: '1.5' is no label
            1,                        | line 1, column 2: '' is no pixel
            1,'"'5                    | line 1, column 2: a quote is opened and not closed
            label,p0                  | has titles but no images
            1;2;3                     | expected a label and pixels, separated by commas, not by semicolons
            ~                         | is empty
            """)
    void aMistakeIsNamedWithLineAndColumn(String content, String message) throws IOException {
        write("data.csv", content.replace("'\"'", "\"").replace('~', '\n'));
        assertRefused("csv:" + file(), file().toString(), message);
    }

    @Test
    void aLineWithoutEndIsRefusedBeforeItFillsTheHeap() throws IOException {
        byte[] line = new byte[(1 << 23) + 100];
        Arrays.fill(line, (byte) '1');
        Files.write(file(), line);
        assertRefused("csv:" + file(), "line 1 has more than 8388608 characters");
    }

    @Test
    void aCompressedFileThatIsCutIsNamed() throws IOException {
        byte[] gzip = IdxTest.gzip("1,2\n".repeat(5000).getBytes(StandardCharsets.UTF_8));
        Path cut = Files.write(dir.resolve("cut.csv.gz"), Arrays.copyOf(gzip, gzip.length - 12));
        assertRefused("csv:" + cut, "cut.csv.gz");
        Files.write(cut, new byte[] {1, 2, 3});
        assertRefused("csv:" + cut, "cut.csv.gz", "compressed by gzip");
    }

    private Path file() {
        return dir.resolve("data.csv");
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(dir.resolve(name), content);
    }

    private Dataset read(String content) throws IOException {
        write("data.csv", content);
        return Datasets.open("csv:" + file()).train();
    }

    private static void assertRefused(String spec, String... parts) {
        assertThatThrownBy(() -> Datasets.open(spec)).isInstanceOf(DataException.class).hasMessageContainingAll(parts);
    }
}
