package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.gabor.graph.Custom;
import org.gabor.graph.Sampling;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The judge accepts what is right and refuses what is wrong, in every case. */
class JudgeTest {
    @TestFactory
    Stream<DynamicTest> resultsThatAreOnlyRoundedPass() {
        var backend = new RoundingBackend((_, y) -> y);
        return Cases.all().stream().map(c -> DynamicTest.dynamicTest(c.name(),
                () -> assertThat(Conformance.check(backend, c)).isLessThanOrEqualTo(1)));
    }

    @TestFactory
    Stream<DynamicTest> anErrorOfTenPercentInOneElementIsRefused() {
        var backend = new RoundingBackend((op, y) -> {
            int largest = 0;
            for (int i = 0; i < y.length; i++)
                if (Double.isFinite(y[i]) && !(Math.abs(y[i]) <= Math.abs(y[largest]))) largest = i;
            // what is a whole number has to stay one
            y[largest] = y[largest] == 0 ? 1 : (op instanceof Custom || op instanceof Sampling ? 2 : 1.1) * y[largest];
            return y;
        });
        // a view computes nothing that could be wrong
        return Cases.all().stream().filter(c -> !c.op().equals("Reshape")).map(c -> DynamicTest.dynamicTest(c.name(),
                () -> assertThatThrownBy(() -> Conformance.check(backend, c)).isInstanceOf(AssertionError.class)));
    }
}
