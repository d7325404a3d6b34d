package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gabor.compile.Compiler;
import org.gabor.data.Augment;
import org.gabor.models.Models;
import org.gabor.nn.ModelSpec;
import org.gabor.optim.Sgd;
import org.gabor.spi.Backend;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.gabor.train.LearningRule;
import org.gabor.train.Parameters;
import org.gabor.train.Samples;
import org.gabor.train.Scaling;
import org.gabor.train.TrainingGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadsTest {
    @ParameterizedTest
    @CsvSource({"lenet5, 48", "lenet5-tanh, 5", "resnet20, 3", "resnet20-b, 32"})
    void trainingStepsGiveTheSameBitsForAnyNumberOfThreads(String name, int batch) {
        Models.Builder builder = Models.builder(name);
        ModelSpec model = (name.startsWith("lenet") ? builder.input(1, 28, 28) : builder).build();
        Map<String, float[]> one = train(model, batch, 1);
        assertThat(Named.get(one, Parameters.TOTAL_LOSS)[0]).isPositive();
        for (int threads : new int[] {2, 3, 7})
            train(model, batch, threads).forEach((parameter, v) -> assertThat(v)
                    .as("%s with %d threads", parameter, threads).isEqualTo(Named.get(one, parameter)));
    }

    /** All parameters after three steps. */
    private static Map<String, float[]> train(ModelSpec model, int batch, int threads) {
        int c = model.channels();
        var scaling = new Scaling(Collections.nCopies(c, 1 / 64.0), Collections.nCopies(c, -2.0));
        LearningRule rule = LearningRule.of(Sgd.lr(0.05).momentum(0.9).weightDecay(1e-4));
        TrainingGraph graph = TrainingGraph.of(model, scaling, rule, batch, Augment.LIGHT.limits(List.of("cat", "dog")),
                new Samples.Fed());
        var after = new LinkedHashMap<String, float[]>();
        try (Backend backend = new CpuBackend(threads)) {
            Parameters parameters = Parameters.forTraining(backend, graph);
            parameters.initialise(7);
            Executable step = backend.compile(Compiler.plan(graph.graph(), backend.rules()), parameters.bindings());
            var random = new Random(11);
            for (int i = 0; i < 3; i++) {
                Tensor images = Named.get(step.inputs(), "images"), labels = Named.get(step.inputs(), "labels");
                var pixels = new byte[(int) images.type().shape().size()];
                random.nextBytes(pixels);
                images.set(pixels);
                labels.set(random.ints(batch, 0, model.classes()).toArray());
                Named.get(step.inputs(), "lr").set(0.05f);
                Named.get(step.inputs(), "step").set(i);
                Named.get(step.inputs(), "epoch").set(1);
                Named.get(step.inputs(), "seed").set(5, 6);
                step.run();
            }
            parameters.bindings().forEach((name, t) -> {
                if (!name.equals(Parameters.GUARD)) after.put(name, t.floats());
            });
            assertThat(parameters.get(Parameters.GUARD).ints()).containsExactly(0, 0);
        }
        return after;
    }
}
