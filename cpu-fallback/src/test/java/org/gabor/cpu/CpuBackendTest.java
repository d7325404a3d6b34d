package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.gabor.DeviceMemoryException;
import org.gabor.UsageException;
import org.gabor.compile.Compiler;
import org.gabor.graph.Criterion;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Loss;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CpuBackendTest {
    private final Backend backend = new CpuBackend(2);

    @AfterEach
    void close() { backend.close(); }

    @Test
    void newMemoryIsZeroAndStartsAtACacheLine() {
        for (int size : new int[] {1, 3, 1000, 100_000}) {
            Tensor t = backend.allocate(TensorType.f32(size));
            assertThat(((CpuTensor) t).address() % 64).isZero();
            assertThat(t.floats()).hasSize(size).containsOnly(0f);
        }
    }

    @Test
    void dataComesOutAsItWentInAndViewsShareIt() {
        Tensor t = backend.allocate(TensorType.f32(2, 3));
        t.set(1f, 2, 3, 4, 5, 6);
        Tensor part = t.view(TensorType.f32(3), 2);
        assertThat(part.floats()).containsExactly(3, 4, 5);
        part.set(7f, 8, 9);
        assertThat(t.floats()).containsExactly(1, 2, 7, 8, 9, 6);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Tensor t = backend.allocate(TensorType.f32(4));
        assertThatThrownBy(() -> t.view(TensorType.f32(3), 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> t.view(TensorType.f32(1), -1)).isInstanceOf(IndexOutOfBoundsException.class);
        MemorySegment small = MemorySegment.ofArray(new float[3]);
        assertThatThrownBy(() -> t.copyIn(small)).isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining("12")
                .hasMessageContaining("16");
        assertThatThrownBy(() -> t.copyOut(small)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void countsWhatIsNotYetClosed() {
        assertThat(backend.live()).isEqualTo(new Backend.Live(0, 0, 0));
        Tensor a = backend.allocate(TensorType.f32(10)), b = backend.allocate(TensorType.i32(5));
        a.view(TensorType.f32(2), 0).close();
        assertThat(backend.live()).isEqualTo(new Backend.Live(2, 0, 60));
        try (Executable doubled = backend.compile(Compiler.plan(twice(), backend.rules()), Map.of())) {
            assertThat(backend.live().executables()).isEqualTo(1);
            assertThat(doubled.inputs()).containsKey("x");
        }
        a.close();
        a.close();
        assertThat(backend.live()).isEqualTo(new Backend.Live(1, 0, 20));
        b.close();
        assertThat(backend.live()).isEqualTo(new Backend.Live(0, 0, 0));
    }

    @Test
    void closingTheBackendFreesEverything() {
        Tensor t = backend.allocate(TensorType.f32(10));
        Executable e = backend.compile(Compiler.plan(twice(), backend.rules()), Map.of());
        backend.close();
        backend.close();
        assertThat(backend.live()).isEqualTo(new Backend.Live(0, 0, 0));
        assertThatThrownBy(t::floats).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(e::run).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> backend.allocate(TensorType.f32(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void memoryThatIsNotThereIsAnErrorWithItsSize() {
        var huge = new TensorType(Shape.of(1 << 30, 1 << 30), DType.F32);
        assertThatThrownBy(() -> backend.allocate(huge)).isInstanceOf(DeviceMemoryException.class)
                .hasMessageContaining("4,611,686,018,427,387,904");
        assertThat(backend.live()).isEqualTo(new Backend.Live(0, 0, 0));
    }

    @Test
    void parametersMustBeBoundOnThisBackendWithTheirType() {
        var g = new Graph();
        Node w = g.parameter("w", TensorType.f32(4));
        g.output("y", w.plus(w));
        var plan = Compiler.plan(g, backend.rules());
        assertThatThrownBy(() -> backend.compile(plan, Map.of())).isInstanceOf(UsageException.class)
                .hasMessageContaining("w is not bound");
        Tensor other = backend.allocate(TensorType.f32(5));
        assertThatThrownBy(() -> backend.compile(plan, Map.of("w", other))).isInstanceOf(UsageException.class)
                .hasMessageContaining("f32 4").hasMessageContaining("f32 5");
        assertThat(backend.live().executables()).isZero();

        Tensor own = backend.allocate(TensorType.f32(4));
        own.set(1f, 2, 3, 4);
        Executable e = backend.compile(plan, Map.of("w", own));
        e.run();
        assertThat(Named.get(e.outputs(), "y").floats()).containsExactly(2, 4, 6, 8);
        own.close();
        assertThatThrownBy(e::run).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    @Test
    void aLabelThatIsNoClassGivesNaNAndReadsNothingElse() {
        var g = new Graph();
        Node x = g.input("x", TensorType.f32(3, 2)), labels = g.input("labels", TensorType.i32(3));
        g.output("loss", g.add(new Loss.SampleLoss(new Criterion.CrossEntropy()), x, labels));
        g.output("hit", g.add(new Loss.InTopK(2), x, labels));
        try (Executable e = backend.compile(Compiler.plan(g, backend.rules()), Map.of())) {
            Named.get(e.inputs(), "labels").set(-1_000_000_000, 2, 1);
            e.run();
            float[] loss = Named.get(e.outputs(), "loss").floats();
            assertThat(loss[0]).isNaN();
            assertThat(loss[1]).isNaN();
            assertThat(loss[2]).isEqualTo((float) Math.log(2));
            assertThat(Named.get(e.outputs(), "hit").floats()).containsExactly(0, 0, 1);
        }
    }

    @Test
    void saysWhatItRunsOn() {
        assertThat(backend.info().summary()).contains("2 threads, " + backend.info().details().get("kernels") + " kernels");
        assertThat(backend.info().details()).containsKey("processor").containsEntry("threads", "2");
        try (Backend java = new CpuProvider().open(new BackendOptions(1, "java"))) {
            assertThat(java.info().summary()).endsWith("1 thread, Java kernels");
            assertThat(java.info().details()).containsEntry("kernels", "Java").doesNotContainKey("no machine code");
        }
    }

    @Test
    void kernelsThatThereAreNotAreRefused() {
        assertThatThrownBy(() -> new CpuProvider().open(new BackendOptions(1, "sse"))).isInstanceOf(UsageException.class)
                .hasMessage("kernels 'sse': expected avx512, avx2 or java");
    }

    private static Graph twice() {
        var g = new Graph();
        Node x = g.input("x", TensorType.f32(4));
        return g.output("y", x.plus(x));
    }
}
