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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Movement.Slice;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.tests.Adjoints.Adjoint;
import org.gabor.tests.oracle.Oracle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Forward operations and gradients of a backend belong together, exactly. */
class AdjointTest {
    private static final int PART = 100;
    private static final List<Backend> OPENED = new ArrayList<>();

    @TestFactory
    Stream<DynamicNode> innerProductsAreEqual() { return UnderTest.all().map(AdjointTest::suite); }

    private static DynamicNode suite(BackendProvider provider) {
        String name = provider.name();
        Optional<String> unavailable = provider.unavailable();
        if (unavailable.isPresent()) return dynamicTest(name, () -> abort(name + " skipped: " + unavailable.get()));
        Backend backend = provider.open(BackendOptions.DEFAULT);
        OPENED.add(backend);
        List<Adjoint> all = Adjoints.all();
        // a test a configuration would be a report of ten thousand lines
        return dynamicContainer(name, IntStream.range(0, Math.ceilDiv(all.size(), PART)).mapToObj(i -> {
            List<Adjoint> part = all.subList(i * PART, Math.min((i + 1) * PART, all.size()));
            return dynamicTest("configurations from " + i * PART + " on, the first of them " + part.getFirst(),
                    () -> part.forEach(a -> a.check(backend)));
        }));
    }

    @Test
    void aWrongGradientBreaksTheIdentity() {
        Adjoint convolution = Adjoints.all().getFirst();
        convolution.check(new RoundingBackend((_, y) -> y));
        assertThatThrownBy(() -> convolution.check(new RoundingBackend((op, y) -> {
            if (op instanceof Conv2dGradX) y[y.length / 2] += 1;
            return y;
        }))).isInstanceOf(AssertionError.class).hasMessageContaining("<x0, dx0>");
    }

    @Test
    void aWrongPartOfASumBreaksTheIdentity() {
        Adjoint concat = Adjoints.all().stream().filter(a -> a.toString().contains("Concat")).findFirst().orElseThrow();
        concat.check(new RoundingBackend((_, y) -> y));
        assertThatThrownBy(() -> concat.check(new RoundingBackend((op, y) -> {
            if (op instanceof Slice) y[0] += 1;
            return y;
        }))).isInstanceOf(AssertionError.class);
    }

    @Test
    void configurationsAreManyAndHardlyAnyComparesZeros() {
        List<Adjoint> all = Adjoints.all();
        assertThat(all.stream().map(Adjoint::toString).distinct().count()).isGreaterThan(10_000);
        long compared = all.stream().map(a -> a.test().build()).filter(b -> {
            var oracle = Oracle.of(b.graph());
            b.data().forEach(oracle::feed);
            return Arrays.stream(oracle.run().output("y")).anyMatch(y -> y != 0);
        }).count();
        assertThat(compared).isGreaterThan(all.size() * 95L / 100);
    }

    @AfterAll
    static void close() { OPENED.forEach(Backend::close); }
}
