package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.compile.Plan.Place;
import org.gabor.cpu.emit.Memory;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Layout;
import org.gabor.graph.Movement.Convert;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.gabor.spi.Backend;
import org.gabor.spi.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConvertTest {
    static Stream<Arguments> layoutsAndShapes() {
        var planes = new Layout("nchw", 'n', 16, 0);
        var filters = new Layout("hwcn", ' ', 1, 0);
        var channels = new Layout("nhwc", 'c', 8, 0);
        var shapes = List.of(Shape.of(32, 3, 5, 4), Shape.of(5, 20, 2, 3), Shape.of(1, 1, 1, 1), Shape.of(19, 8, 3, 1));
        return Stream.of(Layout.NHWC, Layout.NHWC16N, planes, filters, channels)
                .flatMap(l -> shapes.stream().map(s -> Arguments.of(l, s)));
    }

    @ParameterizedTest
    @MethodSource("layoutsAndShapes")
    void everyElementLiesWhereTheLayoutSaysAndComesBack(Layout layout, Shape shape) {
        var g = new Graph();
        Node x = g.input("x", new TensorType(shape, DType.F32));
        g.output("y", g.add(new Convert(Layout.LOGICAL), g.add(new Convert(layout), x)));
        try (Backend backend = new CpuBackend(2)) {
            Plan plan = Compiler.plan(g, backend.rules());
            Executable e = backend.compile(plan, Map.of());
            float[] values = new float[(int) shape.size()];
            for (int i = 0; i < values.length; i++) values[i] = i + 1;
            Named.get(e.inputs(), "x").set(values);
            e.run();
            assertThat(Named.get(e.outputs(), "y").floats()).containsExactly(values);

            Node converted = plan.steps().getFirst().result();
            long arena = ((CpuTensor) Named.get(e.inputs(), "x")).address() - offset(plan, Named.get(plan.inputs(), "x"));
            MemorySegment at = Memory.segment(arena + offset(plan, converted), plan.value(converted).bytes());
            int i = 0;
            for (int n = 0; n < shape.n(); n++)
                for (int c = 0; c < shape.c(); c++)
                    for (int h = 0; h < shape.h(); h++)
                        for (int w = 0; w < shape.w(); w++) {
                            long place = layout.index(shape, n, c, h, w);
                            assertThat(at.getAtIndex(ValueLayout.JAVA_FLOAT, place)).isEqualTo(values[i++]);
                        }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16})
    void aHaloIsClearedInEveryRun(int n) {
        var g = new Graph();
        Node x = g.input("x", TensorType.f32(n, 1, 4, 4)), w = g.input("w", TensorType.f32(1, 1, 5, 5));
        g.output("y", x.conv2d(w, Window.of(5, 1, 2)));
        try (Backend backend = new CpuBackend(2)) {
            Plan plan = Compiler.plan(g, backend.rules());
            Executable e = backend.compile(plan, Map.of());
            long arena = ((CpuTensor) Named.get(e.inputs(), "x")).address() - offset(plan, Named.get(plan.inputs(), "x"));
            Node padded = plan.steps().getFirst().result();
            assertThat(plan.value(padded).layout().halo()).isEqualTo(2);
            var ones = new float[n * 16];
            Arrays.fill(ones, 1);
            float[] filter = new float[25];
            Arrays.fill(filter, 1);
            for (int run = 0; run < 2; run++) {
                Memory.segment(arena + offset(plan, padded), plan.value(padded).bytes()).fill((byte) -1);
                Named.get(e.inputs(), "x").set(ones);
                Named.get(e.inputs(), "w").set(filter);
                e.run();
                // the number of pixels under a 5x5 window in a 4x4 image
                float[] y = {9, 12, 12, 9, 12, 16, 16, 12, 12, 16, 16, 12, 9, 12, 12, 9};
                assertThat(Named.get(e.outputs(), "y").floats()).startsWith(y);
            }
        }
    }

    private static long offset(Plan plan, Node node) { return ((Place.Arena) plan.value(node).place()).offset(); }
}
