package org.gabor.tests.custom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.gabor.UsageException;
import org.gabor.data.Datasets;
import org.gabor.graph.Autodiff;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.nn.Conv2d;
import org.gabor.nn.Dense;
import org.gabor.nn.Init;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Pools.MaxPool;
import org.gabor.nn.Registry;
import org.gabor.nn.Structure.Sequential;
import org.gabor.optim.Sgd;
import org.gabor.tests.oracle.Oracle;
import org.gabor.train.Device;
import org.gabor.train.TrainedModel;
import org.gabor.train.Trainer;
import org.gabor.train.TrainingRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/custom-op.md, from the operation to a trained, saved and loaded network. */
class CustomOpTest {
    private static final Registry REGISTRY = Registry.STANDARD.with("softsign", Softsign.AsLayer.class);

    @TempDir
    Path folder;

    @Test
    void theDocumentShowsThisVeryCode() throws Exception {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs/custom-op.md"))) root = Objects.requireNonNull(root.getParent());
        String source = Files.readString(root.resolve("tests/src/test/java/org/gabor/tests/custom/Softsign.java"));
        String shown = source.substring(source.indexOf("/** y = x"));
        assertThat(Files.readString(root.resolve("docs/custom-op.md"))).contains("```java\n" + shown + "```");
    }

    /** Central differences with steps that single precision can bear: the op computes in floats. */
    @Test
    void itsGradientIsItsSlope() {
        double[] x = {-3, -0.5, 0.25, 1, 4};
        var g = new Graph();
        Node in = g.input("x", TensorType.f32(5));
        Node loss = g.add(new Loss.Sum(1), g.add(new Softsign(), in));
        Node dx = Autodiff.gradients(loss, List.of(in)).getFirst();
        g.output("dx", dx).output("loss", loss);
        double[] slope = Oracle.of(g).feed("x", x).run().output("dx");
        for (int i = 0; i < x.length; i++) {
            double[] up = x.clone(), down = x.clone();
            up[i] += 0.015625;
            down[i] -= 0.015625;
            double rise = Oracle.of(g).feed("x", up).run().output("loss")[0]
                    - Oracle.of(g).feed("x", down).run().output("loss")[0];
            assertThat(slope[i]).isCloseTo(rise / 0.03125, within(1e-3));
        }
    }

    @Test
    void aNetworkWithItTrainsAndIsSavedAndLoadedWithItsRegistry() {
        var digits = Datasets.digits(0);
        var layers = new Sequential(Conv2d.of(8, 5).stride(2), new Softsign.AsLayer(), MaxPool.of(2),
                new Dense(10, true, Init.HE_NORMAL));
        var model = new ModelSpec("softnet", 1, 28, 28, 10, layers);
        try (var device = Device.auto()) {
            var run = Trainer.of(model).on(device).optimizer(Sgd.lr(0.1).momentum(0.9)).epochs(2)
                    .fit(digits.train().subset(IntStream.range(0, 4000).toArray()));
            double accuracy = run.evaluate(digits.test()).top1();
            assertThat(accuracy).isGreaterThan(0.9);

            Path file = folder.resolve("softnet.safetensors");
            assertThatThrownBy(() -> run.best().save(file)).isInstanceOf(UsageException.class)
                    .hasMessageContaining("not registered");
            run.best().save(file, REGISTRY);
            TrainedModel back = TrainedModel.load(file, REGISTRY);
            assertThat(TrainingRun.evaluate(device, back, digits.test()).top1()).isEqualTo(accuracy);
        }
    }
}
