package org.gabor.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gabor.UsageException;
import org.gabor.cli.Main;
import org.gabor.train.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two trainings never write to one folder. */
class RunLockTest {
    @TempDir
    Path dir = Path.of("");

    @Test
    void theSecondOneIsRefusedUntilTheFirstIsDone() {
        var folder = new RunFolder(dir);
        try (var _ = folder.lock()) {
            assertThatThrownBy(folder::lock).isInstanceOf(UsageException.class).hasMessageContaining(dir + " is in use");
        }
        folder.lock().close();
    }

    @Test
    void aRunThatIsGoingOnCannotBeResumedAndOneThatWasKilledCan() throws Exception {
        Path run = dir.resolve("runs/run/001");
        Child first = Child.start(dir.resolve("first.txt"), Main.class, List.of("train", "--epochs", "100000", "--name", "run",
                "--out", dir.resolve("runs").toString(), "--device", "cpu", "--threads", "1", "--save-every", "1h"));
        try {
            while (!Files.exists(run.resolve("metrics.csv"))) {
                assertThat(first.process().isAlive()).as(first.text()).isTrue();
                Thread.sleep(5);
            }
            Child second = resume(run);
            assertThat(second.exitCode()).as(second.text()).isEqualTo(2);
            assertThat(second.text()).startsWith("gabor: " + run + " is in use: another process trains there.")
                    .doesNotContain("\tat ");
            assertThat(first.process().isAlive()).isTrue();
        } finally {
            first.send(Child.Signal.KILL);
        }
        assertThat(first.exitCode()).isEqualTo(Child.Signal.KILL.exitCode);
        Child third = resume(run);
        assertThat(third.exitCode()).as(third.text()).isZero();
    }

    private Child resume(Path run) throws IOException {
        return Child.start(dir.resolve("out.txt"), Main.class, List.of("train", "--resume", run.toString(), "--max-time", "0s"));
    }
}
