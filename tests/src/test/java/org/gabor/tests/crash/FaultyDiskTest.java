package org.gabor.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.gabor.tests.train.SmallTraining.STEPS;
import static org.gabor.tests.train.SmallTraining.after;
import static org.gabor.tests.train.SmallTraining.fit;
import static org.gabor.tests.train.SmallTraining.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gabor.WriteException;
import org.gabor.data.Datasets;
import org.gabor.data.Images;
import org.gabor.graph.Shape;
import org.gabor.io.Safetensors;
import org.gabor.train.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that fails at every single write, force, rename, link and new folder, once or from then on, and one on which the
 * room ends after every number of bytes ({@link FaultyDisk}, a file system of Java's that hands on to the real one): what was
 * there before is whole, the error names path and bytes, no temporary file is left, and later the training goes on.
 */
class FaultyDiskTest {
    private static final int ROOMS = 150;

    @TempDir
    Path dir = Path.of("");
    private final FaultyDisk disk = new FaultyDisk();

    private static Safetensors state(int i) {
        return new Safetensors(Map.of("number", "" + i),
                Map.of("x", Safetensors.Data.of(Shape.of(3), new float[] {i, i, i}), "y",
                        Safetensors.Data.of(Shape.of(1), new float[] {i})));
    }

    @Test
    void aFileIsTheOldOneOrTheNewOneWhereverWritingFails() {
        Path file = disk.path(dir.resolve("m.safetensors"));
        state(1).write(file);
        disk.fail(Integer.MAX_VALUE, Integer.MAX_VALUE);
        state(1).write(file);
        List<String> all = List.copyOf(disk.operations());
        assertThat(all).hasSizeGreaterThan(5).anyMatch(o -> o.startsWith("write")).anyMatch(o -> o.startsWith("force"))
                .anyMatch(o -> o.startsWith("move"));
        for (int i = 0; i < all.size(); i++) {
            disk.fail(i, i);
            var e = catchThrowableOfType(WriteException.class, () -> state(2).write(file));
            assertThat(e).as(all.get(i))
                    .hasMessageMatching("cannot write [0-9]+ bytes to .*m\\.safetensors: .*free some space.*");
            assertThat(Safetensors.read(file).metadata()).containsEntry("number", "1");
            assertThat(dir).isDirectoryNotContaining("glob:**.tmp");
        }
    }

    @Test
    void aTrainingGoesOnToTheSameBytesWhereverSavingFailed() throws IOException {
        var whole = new RunFolder(Files.createDirectory(dir.resolve("whole")));
        fit(trainer(), whole);
        var counted = new RunFolder(disk.path(Files.createDirectory(dir.resolve("counted"))));
        disk.fail(Integer.MAX_VALUE, Integer.MAX_VALUE);
        fit(trainer().epochs(2).stopWhen(after(STEPS + 2)), counted);
        List<String> all = List.copyOf(disk.operations());
        assertThat(all).hasSizeGreaterThan(100).anyMatch(o -> o.startsWith("link")).anyMatch(o -> o.contains("write metrics"))
                .anyMatch(o -> o.contains("move best"));
        for (int i = 0; i < all.size(); i += 1 + i / 40) {
            var folder = new RunFolder(disk.path(Files.createDirectory(dir.resolve("run" + i))));
            disk.fail(i, i % 2 == 0 ? i : Integer.MAX_VALUE);
            var e = catchThrowableOfType(WriteException.class, () -> fit(trainer().stopWhen(after(STEPS + 2)), folder));
            boolean isMadeUpFor = all.get(i).startsWith("link") && i % 2 == 0; // by a copy
            if (!isMadeUpFor)
                assertThat(e).as(all.get(i)).hasMessageMatching("cannot write [0-9]+ bytes to " + folder.path() + "/.*");
            assertThat(folder.path()).isDirectoryNotContaining("glob:**.tmp");
            disk.fail(Integer.MAX_VALUE, Integer.MAX_VALUE);
            if (!Files.exists(folder.last())) continue; // not even the first one could be written
            assertThat(folder.continuation().warning()).as(all.get(i)).isEmpty();
            fit(trainer().resume(folder.continuation()), folder);
            assertThat(folder.last()).as(all.get(i)).hasSameBinaryContentAs(whole.last());
            assertThat(folder.best()).as(all.get(i)).hasSameBinaryContentAs(whole.best());
            assertThat(steps(folder)).as(all.get(i)).isEqualTo(steps(whole));
        }
    }

    private static List<String> steps(RunFolder run) throws IOException {
        return Files.readAllLines(run.path().resolve("metrics.csv")).stream().map(l -> l.split(",")[1]).toList();
    }

    @Test
    void aDiskMayBeFullAfterAnyNumberOfBytes() throws IOException {
        Path file = disk.path(dir.resolve("m.safetensors"));
        state(1).write(file);
        long size = Files.size(dir.resolve("m.safetensors"));
        for (long room = 0; room < size; room += 1 + size / ROOMS) {
            disk.leave(room);
            assertThatThrownBy(() -> state(2).write(file)).isInstanceOf(WriteException.class)
                    .hasMessageContainingAll("cannot write " + size + " bytes to " + file, "No space left on device");
            assertThat(Safetensors.read(file).metadata()).containsEntry("number", "1");
            assertThat(dir).isDirectoryNotContaining("glob:**.tmp");
        }
        disk.leave(Long.MAX_VALUE);
        state(2).write(file);
        assertThat(Safetensors.read(file).metadata()).containsEntry("number", "2");
    }

    @Test
    void aLineThatCannotBeAppendedLeavesNoHalfLine() throws IOException {
        var folder = new RunFolder(disk.path(dir));
        folder.log("one");
        disk.fail(0, 0);
        assertThatThrownBy(() -> folder.log("two")).isInstanceOf(WriteException.class)
                .hasMessageContainingAll("cannot write 4 bytes to ", "log.txt", "Input/output error");
        folder.log("three");
        assertThat(Files.readAllLines(dir.resolve("log.txt"))).containsExactly("one", "three");
    }

    @Test
    void anImageThatCannotBeWrittenLeavesTheOneBefore() throws IOException {
        var digits = Datasets.digits(0).test();
        Path image = disk.path(dir.resolve("0.png"));
        Images.writePng(image, digits, 0);
        byte[] before = Files.readAllBytes(dir.resolve("0.png"));
        var failed = new ArrayList<String>();
        for (int i = 0; i < 2; i++) {
            disk.fail(i, i);
            assertThatThrownBy(() -> Images.writePng(image, digits, 1)).isInstanceOf(WriteException.class)
                    .hasMessageContainingAll("0.png", " bytes");
            failed.addAll(disk.operations());
            assertThat(dir.resolve("0.png")).hasBinaryContent(before);
            assertThat(dir).isDirectoryNotContaining("glob:**.tmp");
        }
        assertThat(failed).anyMatch(o -> o.startsWith("write")).anyMatch(o -> o.startsWith("move"));
    }
}
