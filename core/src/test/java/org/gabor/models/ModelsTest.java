package org.gabor.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gabor.graph.Graph;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelsTest {
    /** Counts as published: LeNet-5 on 32x32, ResNet-20 as in the paper (0.27 M) and with projections. */
    @ParameterizedTest
    @CsvSource({"lenet5, 1, 28, 61706", "lenet5-tanh, 1, 32, 61706", "resnet20, 3, 32, 269722", "resnet20-b, 3, 32, 272474"})
    void hasThePublishedNumberOfParameters(String name, int channels, int size, long parameters) {
        ModelSpec spec = Models.builder(name).input(channels, size, size).build();
        var graph = new Graph();
        var scope = new Scope(graph, true);
        spec.apply(scope, graph.input("x", org.gabor.graph.TensorType.f32(2, channels, size, size)));
        assertThat(scope.declared().values().stream().filter(d -> d.kind() != Scope.Kind.STATISTIC)
                .mapToLong(d -> d.node().shape().size()).sum()).isEqualTo(parameters);
    }

    @Test
    void anUnknownNameGetsTheNearest() {
        assertThatThrownBy(() -> Models.byName("lenet6")).hasMessageContaining("did you mean 'lenet5'?");
    }

    @Test
    void imagesThatAreTooSmallAreRefused() {
        assertThatThrownBy(() -> Models.lenet5().input(1, 8, 8).build()).hasMessageContaining("12x12 and more, got 8x8");
    }
}
