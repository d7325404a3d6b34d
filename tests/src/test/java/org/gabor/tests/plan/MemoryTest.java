package org.gabor.tests.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.compile.Plan.Place;
import org.gabor.compile.Step;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.Update;
import org.gabor.models.Models;
import org.gabor.optim.Sgd;
import org.gabor.train.LearningRule;
import org.gabor.train.Parameters;
import org.gabor.train.Scaling;
import org.gabor.train.TrainingGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The arena of whole training steps, checked step by step without the planner's own notion of time. */
class MemoryTest {
    private static final TrainingGraph LENET =
            TrainingGraph.of(Models.lenet5().build(), Scaling.unit(1), LearningRule.of(Sgd.lr(0.1).momentum(0.9)), 64);
    private static final TrainingGraph CLASSIC = TrainingGraph.of(Models.lenet5Tanh().build(), Scaling.unit(1),
            LearningRule.of(Sgd.lr(0.1)), 17);
    private static final TrainingGraph RESNET =
            TrainingGraph.of(Models.resnet20().build(), Scaling.unit(3), LearningRule.of(Sgd.lr(0.1).momentum(0.9)), 128);
    private static final TrainingGraph PROJECTED = TrainingGraph.of(Models.resnet20b().build(), Scaling.unit(3),
            LearningRule.of(Sgd.lr(0.1)), 16);

    static Stream<Arguments> plans() {
        var graphs = new LinkedHashMap<String, TrainingGraph>();
        graphs.put("lenet5", LENET);
        graphs.put("lenet5-tanh", CLASSIC);
        graphs.put("resnet20", RESNET);
        graphs.put("resnet20-b", PROJECTED);
        var rules = new LinkedHashMap<String, MadeUpRules>();
        rules.put("plain", MadeUpRules.PLAIN);
        rules.put("fusing", MadeUpRules.FUSING.scratch(s -> s.nodes().size() > 1 ? 1000 : 0));
        rules.put("channels last", MadeUpRules.CHANNELS_LAST.scratch(s -> 64L * s.label().length()));
        return graphs.entrySet().stream().flatMap(g -> rules.entrySet().stream().map(
                r -> Arguments.of(g.getKey(), r.getKey(), g.getValue(),
                        Compiler.plan(g.getValue().graph(), r.getValue()))));
    }

    /** Bytes from {@code begin} to {@code end - 1} that belong to {@code owner}. */
    private record Range(String owner, long begin, long end) {
        boolean overlaps(Range other) { return begin < other.end && other.begin < end; }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("plans")
    void noTwoLiveValuesOverlap(String model, String rules, TrainingGraph graph, Plan plan) {
        for (List<Range> live : liveAtEachStep(plan))
            for (int i = 0; i < live.size(); i++)
                for (int j = 0; j < i; j++)
                    assertThat(live.get(i).overlaps(live.get(j))).as("%s overlaps %s", live.get(i),
                            live.get(j)).isFalse();
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("plans")
    void theArenaIsHardlyLargerThanWhatMustLiveAtOnce(String model, String rules, TrainingGraph graph, Plan plan) {
        long most = liveAtEachStep(plan).stream()
                .mapToLong(live -> live.stream().mapToLong(r -> (r.end - r.begin
                        + 63) / 64 * 64).sum())
                .max().orElseThrow();
        assertThat(plan.liveBytes()).isEqualTo(most);
        assertThat(plan.arenaBytes()).isBetween(most, (long) (1.1 * most));
        assertThat(liveAtEachStep(plan)).flatMap(live -> live)
                .allMatch(r -> r.end <= plan.arenaBytes() && r.begin % 64 == 0);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("plans")
    void gradientsAreComputedWhereTheyBelongInTheSlab(String model, String rules, TrainingGraph graph, Plan plan) {
        Node pack = plan.steps().stream().map(Step::head).filter(n -> n.op() instanceof Update.PackSlab).findFirst()
                .orElseThrow();
        List<Integer> offsets = ((Update.PackSlab) pack.op()).offsets();
        assertThat(offsets).hasSize(graph.slab().slots().size());
        for (int i = 0; i < offsets.size(); i++) {
            Node gradient = pack.in(i + 1);
            // a gradient that is a row of a larger value is a copy out of it, and lies in the slab as well
            assertThat(plan.value(gradient).place()).as(gradient.path() + ": " + gradient)
                    .isEqualTo(new Place.Bound(Parameters.GRADIENTS, 4L * offsets.get(i)));
        }
    }

    /** For each step, the places of what must exist while it runs: what it reads and makes, what later ones read. */
    private static List<List<Range>> liveAtEachStep(Plan plan) {
        List<Step> steps = plan.steps();
        Map<Node, Integer> made = new HashMap<>(), read = new HashMap<>();
        plan.inputs().values().forEach(n -> {
            made.put(n, 0);
            read.put(n, steps.size());
        });
        for (int i = 0; i < steps.size(); i++)
            for (Node n : steps.get(i).nodes()) {
                if (n.op().storage() == Op.Storage.OWN) made.put(n, i);
                for (Node in : n.inputs()) read.put(memory(in), i);
            }
        plan.inputs().values().forEach(n -> read.put(n, steps.size()));
        plan.outputs().values().forEach(n -> read.put(memory(n), steps.size()));

        var live = new ArrayList<List<Range>>();
        for (int i = 0; i < steps.size(); i++) {
            int now = i;
            var ranges = new ArrayList<Range>();
            made.forEach((n, first) -> {
                boolean alive = first <= now && now <= read.getOrDefault(n, first);
                if (alive && plan.isStored(n) && plan.value(n).place() instanceof Place.Arena a)
                    ranges.add(new Range(n.toString(), a.offset(), a.offset() + plan.value(n).bytes()));
            });
            Step s = steps.get(i);
            if (s.workspaceBytes() > 0)
                ranges.add(new Range("workspace of " + s.label(), s.workspaceOffset(), s.workspaceOffset()
                        + s.workspaceBytes()));
            live.add(ranges);
        }
        return live;
    }

    /** The node in whose memory a value lies. */
    private static Node memory(Node n) {
        return n.op().storage() == Op.Storage.VIEW || n.op().storage() == Op.Storage.UPDATE ? memory(n.in(0)) : n;
    }
}
