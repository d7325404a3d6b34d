package org.gabor.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gabor.cli.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk on which files can no longer grow: the checkpoint that is there stays, and nothing half done is left. */
class FullDiskTest {
    private static final int BLOCKS = 64;

    @TempDir
    Path dir = Path.of("");

    @Test
    void aCheckpointThatCannotBeWrittenLeavesTheOneBefore() throws Exception {
        Path out = dir.resolve("out.txt");
        Child first = Child.start(out, Main.class, List.of("train", "--epochs", "1", "--limit-batches", "2", "--max-time", "0s",
                "--name", "run", "--out", dir.resolve("runs").toString(), "--device", "cpu"));
        assertThat(first.exitCode()).as(first.text()).isZero();
        Path run = dir.resolve("runs/run/001"), last = run.resolve("last.safetensors");
        byte[] before = Files.readAllBytes(last);

        Child full = Child.startLimited(out, BLOCKS, Main.class,
                List.of("train", "--resume", run.toString(), "--save-every", "0s"));
        assertThat(full.exitCode()).as(full.text()).isEqualTo(9);
        assertThat(full.text()).contains("gabor: cannot write ").contains(last.toString()).contains("free some space")
                .doesNotContain("\tat ");
        assertThat(last).hasBinaryContent(before);
        assertThat(run).isDirectoryNotContaining("glob:**.tmp");
        Child again = Child.start(out, Main.class, List.of("train", "--resume", run.toString()));
        assertThat(again.exitCode()).as(again.text()).isZero();
    }
}
