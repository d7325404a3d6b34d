package org.gabor.tests.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gabor.cli.Main;
import org.gabor.data.Dataset;
import org.gabor.data.Datasets;
import org.gabor.data.Images;
import org.gabor.io.Safetensors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code gabor train} in a process of its own, ended by kill -9, Ctrl-C and SIGTERM at random moments, most of them within
 * an epoch, and each time {@code --resume}d: the checkpoints at the end are those of the training that nobody disturbed,
 * byte for byte. Augmentation, dropout, batch norm, Adam, a moving average, a schedule.
 */
class CutTrainingTest {
    private static final int EPOCHS = 10, IMAGES = 100, BATCH = 16;
    private static final int STEPS = EPOCHS * (IMAGES * 9 / 10 / BATCH);
    private static final String NETWORK = """
            network:
              - conv2d: {filters: 8, kernel: 5, stride: 2, bias: false}
              - batch_norm
              - relu
              - dropout: 0.2
              - max_pool: 2
              - dense: 32
              - relu
              - dropout: 0.5
              - dense: 10
            """;

    @TempDir
    Path dir = Path.of("");

    @Test
    void aFewCutsChangeNothing() throws Exception { cut(4, 1); }

    @Tag("slow")
    @Test
    void twentyCutsChangeNothing() throws Exception { cut(20, 2); }

    private void cut(int cuts, long seed) throws Exception {
        exportImages(dir.resolve("images"));
        Files.writeString(dir.resolve("net.yaml"), NETWORK);
        Child whole = train("whole", "1m");
        assertThat(whole.exitCode()).as(whole.text()).isZero();
        Path expected = dir.resolve("runs/whole/001");

        var random = new Random(seed);
        var signals = new ArrayList<>(List.of(Child.Signal.KILL, Child.Signal.TERM));
        if (Child.hearsInterrupts()) signals.add(Child.Signal.INT);
        for (int done = 0, run = 1; done < cuts; run++) {
            Path folder = dir.resolve("runs/cut/%03d".formatted(run));
            while (true) {
                Child child = Files.exists(folder.resolve("last.safetensors")) ? resume(folder) : train("cut", "0s");
                Child.Signal signal = signals.get(random.nextInt(signals.size()));
                boolean isCut = done < cuts && awaitSteps(child, folder, 1 + random.nextInt(STEPS / 4));
                if (isCut) {
                    Thread.sleep(random.nextInt(20), random.nextInt(1_000_000));
                    child.send(signal);
                }
                int code = child.exitCode();
                if (code == 0) break;
                assertThat(code).as(child.text()).isEqualTo(signal.exitCode);
                done++;
            }
            for (String file : List.of("last.safetensors", "best.safetensors"))
                assertThat(folder.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
            assertThat(steps(folder.resolve("metrics.csv"))).isEqualTo(steps(expected.resolve("metrics.csv")));
        }
    }

    private static List<String> steps(Path metrics) throws IOException {
        return Files.readAllLines(metrics).stream().map(l -> l.split(",")[1]).toList();
    }

    /** Waits until so many more steps are saved; false if the process ends before. */
    private static boolean awaitSteps(Child child, Path folder, int more) throws InterruptedException {
        long target = -1;
        while (child.process().isAlive()) {
            long step = step(folder);
            if (target < 0 && step >= 0) target = step + more;
            if (step >= target && target >= 0) return true;
            Thread.sleep(1);
        }
        return false;
    }

    /** The step of the checkpoint, which is readable at any moment, or -1 if there is none yet. */
    private static long step(Path folder) {
        Path last = folder.resolve("last.safetensors");
        return Files.exists(last) ? Long.parseLong(Safetensors.read(last).metadata().getOrDefault("step", "-1")) : -1;
    }

    private Child train(String name, String every) throws IOException {
        return start("train", "--model", dir.resolve("net.yaml").toString(), "--data", "imagefolder:" + dir.resolve("images"),
                "--augment", "light", "--optimizer", "adam", "--schedule", "cosine", "--ema", "0.8", "--epochs", "" + EPOCHS,
                "--batch", "" + BATCH,
                "--name", name, "--out", dir.resolve("runs").toString(), "--save-every", every, "--device", "cpu");
    }

    private Child resume(Path folder) throws IOException {
        return start("train", "--resume", folder.toString(), "--save-every", "0s", "--device", "cpu");
    }

    private Child start(String... words) throws IOException {
        return Child.start(dir.resolve("out.txt"), Main.class, List.of(words));
    }

    private static void exportImages(Path folder) throws IOException {
        Dataset digits = Datasets.digits(0).train();
        int[] made = new int[10];
        for (int i = 0, all = 0; all < IMAGES; i++) {
            int label = digits.label(i);
            if (made[label] == IMAGES / 10) continue;
            Path file = folder.resolve(label + "/" + made[label]++ + ".png");
            Files.createDirectories(file.getParent());
            Images.writePng(file, digits, i);
            all++;
        }
    }
}
