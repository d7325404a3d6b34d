package org.gabor.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gabor.graph.Activation;
import org.gabor.graph.Criterion;
import org.gabor.graph.Custom;
import org.gabor.graph.Leaf;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Update;
import org.gabor.graph.UpdateRule;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The list of cases leaves nothing out. */
class CoverageTest {
    /** What the user feeds is no operation. */
    private static final Set<Class<?>> BOUND = Set.of(Leaf.Input.class, Leaf.Parameter.class);

    @TestFactory
    Stream<DynamicTest> everyOperationHasACase() {
        Set<String> covered = Cases.all().stream().map(Case::op).collect(Collectors.toSet());
        return records(Op.class).filter(op -> !BOUND.contains(op)).map(op -> dynamicTest(op.getSimpleName(),
                () -> assertThat(covered).as("operations with a case").contains(op.getSimpleName())));
    }

    @Test
    void everyActivationAndItsGradientHaveACase() {
        assertThat(classes(Pointwise.Activate.class, op -> ((Pointwise.Activate) op).f()))
                .containsExactlyInAnyOrderElementsOf(records(Activation.class).toList());
        assertThat(classes(Pointwise.ActivateGrad.class, op -> ((Pointwise.ActivateGrad) op).f()))
                .containsExactlyInAnyOrderElementsOf(records(Activation.class).toList());
    }

    @Test
    void everyUpdateRuleHasACase() {
        assertThat(classes(Update.SlabUpdate.class, op -> ((Update.SlabUpdate) op).rule()))
                .containsExactlyInAnyOrderElementsOf(records(UpdateRule.class).toList());
    }

    @Test
    void everyCriterionAndItsGradientHaveACase() {
        assertThat(classes(Loss.SampleLoss.class, op -> ((Loss.SampleLoss) op).criterion()))
                .containsExactlyInAnyOrderElementsOf(records(Criterion.class).toList());
        assertThat(classes(Loss.SampleLossGrad.class, op -> ((Loss.SampleLossGrad) op).criterion()))
                .containsExactlyInAnyOrderElementsOf(records(Criterion.class).toList());
    }

    @Test
    void moreThanAThousandCasesAndNoneTwice() {
        List<String> names = Cases.all().stream().map(Case::name).toList();
        assertThat(names).hasSizeGreaterThan(1000);
        assertThat(new HashSet<>(names)).hasSameSizeAs(names);
    }

    @Test
    void caseOfOneOperationHoldsIt() {
        for (Case c : Cases.all()) {
            if (c.op().equals("chain")) continue;
            List<Node> nodes = c.build().graph().nodes();
            assertThat(nodes).as(c.name())
                    .extracting(n -> n.op() instanceof Custom ? "Custom" : n.op().getClass().getSimpleName())
                    .contains(c.op());
        }
    }

    /** The records that are permitted by a sealed type, at any depth. */
    private static Stream<Class<?>> records(Class<?> type) {
        return type.isSealed() ? Stream.of(type.getPermittedSubclasses()).flatMap(CoverageTest::records)
                : Stream.of(type);
    }

    private interface Part {
        Object of(Op op);
    }

    private static Set<Class<?>> classes(Class<? extends Op> type, Part part) {
        return Cases.all().stream().flatMap(c -> c.build().graph().nodes().stream()).map(Node::op)
                .filter(type::isInstance).map(op -> part.of(op).getClass()).collect(Collectors.toSet());
    }
}
