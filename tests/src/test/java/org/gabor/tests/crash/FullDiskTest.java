package org.gabor.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gabor.cli.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk on which files can no longer grow: the checkpoint that is there stays, and nothing half done is left. Once by a limit
 * of the system on the size of files, once on a real tmpfs that is full, where this process may mount one; what happens at
 * every single write is shown by {@link FaultyDiskTest}.
 */
class FullDiskTest {
    private static final int BLOCKS = 64;
    /** KiB that are left: enough for figures and the log, not for a checkpoint. */
    private static final int ROOM = 100, PIECE = 4096;

    @TempDir
    Path dir = Path.of("");
    private byte[] before = {};

    @Test
    void aCheckpointThatCannotBeWrittenLeavesTheOneBefore() throws Exception {
        Path run = begin(dir);
        assertNothingIsLost(run, Child.startLimited(out(), BLOCKS, Main.class,
                List.of("train", "--resume", run.toString(), "--save-every", "0s")));
    }

    @Test
    void aFullTmpfsLeavesTheOneBefore() throws Exception {
        Path disk = Files.createDirectory(dir.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()),
                "skipped: this process may not mount a tmpfs; FaultyDiskTest shows the same without one");
        try {
            Path run = begin(disk), filler = disk.resolve("filler");
            fill(filler, disk.toFile().getUsableSpace() - (ROOM << 10));
            Child full = Child.start(out(), Main.class, List.of("train", "--resume", run.toString(), "--save-every", "0s"));
            full.exitCode();
            Files.delete(filler);
            assertNothingIsLost(run, full);
        } finally {
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    private static void fill(Path file, long bytes) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            for (long left = bytes; left > 0; left -= PIECE) out.write(new byte[(int) Math.min(left, PIECE)]);
        }
    }

    private static boolean run(String... words) throws IOException, InterruptedException {
        return new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
                .waitFor() == 0;
    }

    private Path out() { return dir.resolve("out.txt"); }

    /** A run that was left after its first checkpoint. */
    private Path begin(Path disk) throws Exception {
        Child first = Child.start(out(), Main.class, List.of("train", "--epochs", "1", "--limit-batches", "2", "--max-time", "0s",
                "--name", "run", "--out", disk.resolve("runs").toString(), "--device", "cpu"));
        assertThat(first.exitCode()).as(first.text()).isZero();
        Path run = disk.resolve("runs/run/001");
        before = Files.readAllBytes(run.resolve("last.safetensors"));
        return run;
    }

    private void assertNothingIsLost(Path run, Child full) throws Exception {
        Path last = run.resolve("last.safetensors");
        assertThat(full.exitCode()).as(full.text()).isEqualTo(9);
        assertThat(full.text()).containsPattern("gabor: cannot write [0-9]+ bytes to " + last).contains("free some space")
                .doesNotContain("\tat ");
        assertThat(last).hasBinaryContent(before);
        assertThat(run).isDirectoryNotContaining("glob:**.tmp");
        Child again = Child.start(out(), Main.class, List.of("train", "--resume", run.toString()));
        assertThat(again.exitCode()).as(again.text()).isZero();
    }
}
