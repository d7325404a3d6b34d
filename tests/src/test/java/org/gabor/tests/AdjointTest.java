package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Backends;
import org.gabor.tests.oracle.Oracle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Forward operations and gradients of a backend belong together, exactly. */
class AdjointTest {
    private static final List<Backend> OPENED = new ArrayList<>();

    @TestFactory
    Stream<DynamicNode> innerProductsAreEqual() { return Backends.all().stream().map(AdjointTest::suite); }

    private static DynamicNode suite(BackendProvider provider) {
        String name = provider.name();
        Optional<String> unavailable = provider.unavailable();
        if (unavailable.isPresent()) return dynamicTest(name, () -> abort(name + " skipped: " + unavailable.get()));
        Backend backend = provider.open(BackendOptions.DEFAULT);
        OPENED.add(backend);
        return dynamicContainer(name, Adjoints.all().stream().map(c -> dynamicTest(c.name(),
                () -> Adjoints.check(backend, c))));
    }

    @Test
    void aWrongGradientBreaksTheIdentity() {
        Case convolution = Adjoints.all().getFirst();
        Adjoints.check(new RoundingBackend((_, y) -> y), convolution);
        assertThatThrownBy(() -> Adjoints.check(new RoundingBackend((op, y) -> {
            if (op instanceof Conv2dGradX) y[y.length / 2] += 1;
            return y;
        }), convolution)).isInstanceOf(AssertionError.class).hasMessageContaining("<x0, dx0>");
    }

    @Test
    void configurationsAreManyAndHardlyAnyComparesZeros() {
        List<Case> all = Adjoints.all();
        assertThat(all.stream().map(Case::name).distinct().count()).isGreaterThan(400);
        long compared = all.stream().map(Case::build).filter(b -> {
            var oracle = Oracle.of(b.graph());
            b.data().forEach(oracle::feed);
            return Arrays.stream(oracle.run().output("y")).anyMatch(y -> y != 0);
        }).count();
        assertThat(compared).isGreaterThan(all.size() * 95 / 100);
    }

    @AfterAll
    static void close() { OPENED.forEach(Backend::close); }
}
