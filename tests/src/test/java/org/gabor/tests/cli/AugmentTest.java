package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Augmentation from the command line. */
class AugmentTest {
    @TempDir
    static Path dir = Path.of("");
    private static String images = "";

    @BeforeAll
    static void exportAFewImages() {
        images = "imagefolder:" + dir.resolve("few");
        Cli.run("data", "export", "digits", "--out", dir.resolve("few").toString(), "--count", "60");
    }

    private static Cli train(String... words) {
        var all = new ArrayList<>(List.of("train", "--data", images, "--epochs", "2", "--batch", "8", "--device", "cpu", "--out",
                dir.resolve("runs").toString()));
        all.addAll(List.of(words));
        return Cli.run(all.toArray(String[]::new));
    }

    @Test
    void itIsRecordedReadAgainAndCheckedOnResume() throws IOException {
        Cli augmented = train("--name", "light", "--augment", "light");
        assertThat(augmented.exitCode()).isZero();
        assertThat(augmented.err()).contains("augment   light; the classes are characters, so nothing is mirrored");
        assertThat(train("--name", "none").exitCode()).isZero();
        Path light = dir.resolve("runs/light/001"), none = dir.resolve("runs/none/001");
        assertThat(Files.readString(light.resolve("config.yaml"))).contains("augment: \"light\"");
        assertThat(Files.readString(none.resolve("config.yaml"))).contains("augment: \"none\"");
        assertThat(Files.mismatch(light.resolve("last.safetensors"), none.resolve("last.safetensors"))).isNotNegative();

        Cli again = Cli.run("train", "--config", light.resolve("config.yaml").toString(), "--device", "cpu", "--name", "again",
                "--out", dir.resolve("runs").toString());
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(dir.resolve("runs/again/001/last.safetensors"))
                .hasSameBinaryContentAs(light.resolve("last.safetensors"));

        Cli other = Cli.run("train", "--resume", light.toString(), "--epochs", "3", "--augment", "none");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err()).contains("augment was {\"flip\": 0.0, \"shift\": 0.125").contains("is now not set");
        assertThat(Cli.run("train", "--resume", light.toString(), "--epochs", "3").exitCode()).isZero();
    }

    @Test
    void itComesFromTheRecipeUnlessSomebodySaysSo() {
        assertThat(train("--print-config", "--model", "resnet20").out())
                .containsPattern("augment: \"light\" +# recipe of resnet20");
        assertThat(train("--print-config").out()).containsPattern("augment: \"none\" +# recipe of lenet5");
        assertThat(train("--print-config", "--augment", "light").out()).containsPattern("augment: \"light\" +# command line");
        assertThat(Cli.line("models show resnet20").out()).contains("--augment light");
        assertThat(train("--augment", "ligth").err()).contains("did you mean 'light'?");
    }

    @Test
    void imagesCanBeLookedAt() throws IOException {
        Path some = dir.resolve("distorted");
        Cli export = Cli.run("data", "export", images, "--split", "train", "--out", some.toString(), "--count", "20", "--augment",
                "light");
        assertThat(export.exitCode()).as(export.err()).isZero();
        assertThat(export.out()).startsWith("20 images written to");
        Path first = Path.of("0/00000.png");
        try (var zeros = Files.walk(dir.resolve("few/0"))) {
            Path original = zeros.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
            assertThat(Files.mismatch(some.resolve(first), original)).isNotNegative();
        }
    }
}
