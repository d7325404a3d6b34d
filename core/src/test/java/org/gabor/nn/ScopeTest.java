package org.gabor.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private final Graph graph = new Graph();
    private final Scope scope = new Scope(graph, true);
    private final Node x = graph.input("x", TensorType.f32(2, 3));

    @Test
    void parametersAndTapsAreNamedByTheirPath() {
        Layer inner = (s, v) -> s.tap("features", v.matmul(s.parameter("w", Init.ONE, 4, 3), false, true));
        Node y = scope.apply("head", (s, v) -> s.apply(1, inner, v), x);
        assertThat(scope.declared()).containsOnlyKeys("head/1/w");
        assertThat(scope.taps()).containsEntry("head/1/features", y).hasSize(1);
        assertThat(y.path()).isEqualTo("head/1");
    }

    @Test
    void matricesDecayAndVectorsDoNot() {
        scope.parameter("w", Init.ONE, 4, 3);
        scope.parameter("b", Init.ZERO, 4);
        scope.statistic("running", Init.ZERO, 2, 4);
        assertThat(scope.declared().values().stream().map(Scope.Declared::kind)).containsExactly(Scope.Kind.WEIGHT,
                Scope.Kind.BIAS, Scope.Kind.STATISTIC);
    }

    @Test
    void aNameStandsOnce() {
        scope.parameter("w", Init.ONE, 4, 3);
        assertThatThrownBy(() -> scope.parameter("w", Init.ONE, 4, 3)).hasMessageContaining("w is declared twice");
    }
}
