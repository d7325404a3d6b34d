package org.gabor.tests.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gabor.tests.train.SmallTraining.STEPS;
import static org.gabor.tests.train.SmallTraining.after;
import static org.gabor.tests.train.SmallTraining.fit;
import static org.gabor.tests.train.SmallTraining.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Random;
import org.gabor.Gabor;
import org.gabor.ModelFileException;
import org.gabor.io.Safetensors;
import org.gabor.train.Continuation;
import org.gabor.train.RunFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that were damaged after they were written are noticed, and the training goes on from the checkpoint before. */
class DamagedCheckpointTest {
    private static final int FLIPS = 1_000, TRUNCATIONS = 200;

    @TempDir
    Path dir = Path.of("");
    private RunFolder folder = new RunFolder(dir);
    private byte[] good = {};

    @BeforeEach
    void train() throws IOException {
        folder = new RunFolder(Files.createDirectory(dir.resolve("run")));
        fit(trainer().stopWhen(after(STEPS + 2)), folder);
        good = Files.readAllBytes(folder.last());
    }

    @Test
    void aCheckpointTellsTheVersionOfTheEngine() {
        assertThat(Safetensors.read(folder.last()).metadata()).containsEntry("engine", Gabor.version());
        assertThat(Gabor.version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
        assertThat(folder.continuation().last().engine()).contains(Gabor.version());
        assertThat(folder.continuation().warning()).isEmpty();
    }

    @Test
    void everyFlippedBitIsNoticedAndTheCheckpointBeforeIsTaken() throws IOException {
        var random = new Random(7);
        for (int i = 0; i < FLIPS; i++) {
            byte[] bad = good.clone();
            int at = random.nextInt(bad.length), bit = random.nextInt(8);
            bad[at] ^= (byte) (1 << bit);
            Files.write(folder.last(), bad);
            assertGoesOnBefore("bit " + bit + " of byte " + at);
        }
    }

    @Test
    void everyTruncationIsNoticedAndTheCheckpointBeforeIsTaken() throws IOException {
        for (int i = 0; i < TRUNCATIONS; i++) {
            int length = (int) ((long) good.length * i / TRUNCATIONS);
            Files.write(folder.last(), Arrays.copyOf(good, length));
            assertGoesOnBefore(length + " bytes");
        }
        Files.delete(folder.last());
        assertGoesOnBefore("missing");
    }

    private void assertGoesOnBefore(String what) {
        Continuation from = folder.continuation();
        assertThat(from.last().info().get("step")).as(what).isEqualTo("" + (STEPS + 1));
        assertThat(from.warning()).as(what).contains("last.safetensors").contains("goes on with the checkpoint before it");
    }

    @Test
    void fromThereItComesToTheSameBytes() throws IOException {
        var whole = new RunFolder(Files.createDirectory(dir.resolve("whole")));
        fit(trainer(), whole);
        Files.write(folder.last(), Arrays.copyOf(good, good.length / 2));
        fit(trainer().resume(folder.continuation()).stopWhen(after(0)), folder);
        assertThat(folder.continuation().warning()).as("the damaged one was replaced").isEmpty();
        assertThat(Safetensors.read(folder.previous()).metadata()).containsEntry("step", "" + (STEPS + 1));
        fit(trainer().resume(folder.continuation()), folder);
        assertThat(folder.last()).hasSameBinaryContentAs(whole.last());
        assertThat(folder.best()).hasSameBinaryContentAs(whole.best());
    }

    @Test
    void whereBothAreDamagedBothAreNamed() throws IOException {
        Files.write(folder.last(), Arrays.copyOf(good, 10));
        Files.write(folder.previous(), Arrays.copyOf(good, 20));
        assertRefused("last.safetensors", "previous.safetensors", "Start a new run");
        Files.delete(folder.previous());
        assertRefused("last.safetensors", "no checkpoint before it", "start a new run");
        Files.copy(folder.best(), folder.last(), StandardCopyOption.REPLACE_EXISTING);
        assertRefused("last.safetensors is no checkpoint of a training: ", "history");
        Files.delete(folder.last());
        assertRefused("has no last.safetensors");
    }

    @Test
    void theBestModelIsNotGivenUpInSilence() throws IOException {
        byte[] best = Files.readAllBytes(folder.best());
        best[best.length / 2] ^= 4;
        Files.write(folder.best(), best);
        assertRefused(folder.best().toString());
        Files.delete(folder.best());
        assertRefused("best.safetensors is missing, which holds the model of the best epoch so far");
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> folder.continuation()).isInstanceOf(ModelFileException.class).hasMessageContainingAll(parts);
    }
}
