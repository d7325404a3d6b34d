package org.gabor.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.gabor.compile.Compiler;
import org.gabor.compile.Plan;
import org.gabor.compile.Step;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.emit.Program;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.Pooling.MaxPool;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The kernels of one step of a plan, for images of several sizes. The plan holds a 3x3 convolution with both its gradients
 * and the other operations, so that their operands lie as they do within a network.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(5)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StepBenchmark {
    /** Which step: by the label of its first operation. */
    @Param({"Conv2d", "Conv2dGradX", "Conv2dGradW", "MaxPool", "Add"})
    public String operation = "";

    /** Images, channels, height and width. */
    @Param({"128x16x32x32", "128x32x16x16", "128x64x8x8", "64x64x32x32", "16x128x28x28", "16x256x14x14"})
    public String images = "";

    /** Threads, the caller included. */
    @Param("2")
    public int threads;

    private Workers workers = new Workers(1);
    private OffHeap arena = OffHeap.allocate(0, "nothing");
    private Program program = new Program(List.of(), () -> {});

    /** Makes the kernels. */
    @Setup
    public void compile() {
        Plan plan = plan();
        Step step = plan.steps().stream().filter(s -> s.head().op().label().equals(operation)).findFirst()
                .orElseThrow(() -> new IllegalStateException("no step begins with " + operation));
        workers = new Workers(threads);
        arena = OffHeap.allocate(plan.arenaBytes(), "the arena of a plan");
        var random = new Random(0);
        MemorySegment floats = Memory.segment(arena.address(), plan.arenaBytes());
        for (long i = 0; i < plan.arenaBytes() / Float.BYTES; i++)
            floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        var memory = new PlanMemory(plan, arena.address(), Map.of());
        program = ChosenEmitter.choose().emitter().emit(new CpuLowering(memory, step).lower());
    }

    private Plan plan() {
        String[] dims = images.split("x");
        int n = Integer.parseInt(dims[0]), c = Integer.parseInt(dims[1]);
        TensorType type = TensorType.f32(n, c, Integer.parseInt(dims[2]), Integer.parseInt(dims[3]));
        var window = Window.of(3, 1, 1);
        var g = new Graph();
        Node x = g.input("x", type).relu(), dy = g.input("dy", type).relu();
        Node w = g.input("w", TensorType.f32(c, c, 3, 3));
        g.output("y", x.conv2d(w, window).relu());
        g.output("dx", g.add(new Conv2dGradX(window, 1, type.shape()), dy, w).relu());
        g.output("dw", g.add(new Conv2dGradW(window, 1), x, dy));
        g.output("pooled", g.add(new MaxPool(Window.of(2, 2, 0)), x));
        g.output("sum", x.plus(dy));
        return Compiler.plan(g, new CpuRules());
    }

    /** All kernels of the step. */
    @Benchmark
    public void run() {
        for (Kernel k : program.kernels()) workers.run(k);
    }

    /** Gives everything back. */
    @TearDown
    public void close() {
        program.close();
        arena.free();
        workers.close();
    }
}
