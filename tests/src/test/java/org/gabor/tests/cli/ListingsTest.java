package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.gabor.io.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListingsTest {
    @Test
    void theModelsComeWithTheParametersOfTheirPapers() {
        assertThat(Cli.line("models list").out().lines()).anyMatch(l -> l.matches("lenet5 +61,706 +1x28x28 .*"))
                .anyMatch(l -> l.matches("resnet20 +269,722 +3x32x32 .*"))
                .anyMatch(l -> l.matches("resnet20-b +272,474 +3x32x32 .*"));
    }

    @Test
    void aModelIsShownWithPaperRecipeAndNetwork() {
        Cli shown = Cli.line("models show lenet5");
        assertThat(shown.out()).contains("LeCun")
                .contains("--optimizer sgd --lr 0.05 --momentum 0.9 --weight-decay 0.0005")
                .contains("--schedule onecycle --epochs 4 --batch 64")
                .contains("\n  - conv2d: {filters: 6, kernel: 5, padding: 2}\n  - relu\n");
        Json.Obj network = Json.parse(Cli.line("models show lenet5 --json").out()).object("network");
        assertThat(network.get("name").orElseThrow().string("name")).isEqualTo("lenet5");
    }

    @Test
    void theDataSetsAreListedAsTheyAreWritten() {
        assertThat(Cli.line("data list").out()).contains("digits ", "mnist:DIR ", "cifar10:DIR ", "imagefolder:DIR");
    }

    @Test
    void aDataSetIsShownWithPartsAndClasses() {
        assertThat(Cli.line("data show digits").out()).contains("1x28x28").contains("train 10,000, test 2,000")
                .contains("10: 0, 1, 2");
    }

    @Test
    void theStatisticsCountEveryImage() {
        Cli stats = Cli.line("data stats digits");
        assertThat(stats.out()).containsPattern("grey +\\d+\\.\\d{3} +\\d+\\.\\d{3}");
        int[] sums = new int[2];
        stats.out().lines().filter(l -> l.matches("\\d +[0-9,]+ +[0-9,]+")).map(l -> l.replace(",", "").split(" +"))
                .forEach(cells -> {
                    sums[0] += Integer.parseInt(cells[1]);
                    sums[1] += Integer.parseInt(cells[2]);
                });
        assertThat(sums).containsExactly(10_000, 2_000);
    }

    @Test
    void exportedImagesMakeAnImageFolderOfTheSamePixels(@TempDir Path dir) {
        Path folder = dir.resolve("samples");
        assertThat(Cli.run("data", "export", "digits", "--out", folder.toString(), "--count", "30", "--split", "train")
                .out())
                .startsWith("30 images written to");
        assertThat(Cli.run("data", "show", "imagefolder:" + folder).out()).contains("1x28x28").contains("train 30");
    }

    @Test
    void theDoctorNamesEveryDeviceAndWhyItCannotBeUsed() {
        Cli doctor = Cli.line("doctor");
        assertThat(doctor.exitCode()).isZero();
        assertThat(doctor.out()).contains("device cpu: can be used").contains("device cuda: ")
                .contains("Java " + Runtime.version());
    }

    @ParameterizedTest
    @ValueSource(strings = {"models list --json", "models show resnet20 --json", "data list --json",
            "data show digits --json",
            "data stats digits --json", "doctor --json", "summary resnet20-b --json"})
    void whatIsAskedForAsJsonIsJson(String line) {
        Cli run = Cli.line(line);
        assertThat(run.exitCode()).isZero();
        assertThat(Json.parse(run.out())).isNotNull();
    }
}
