package org.gabor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.gabor.UsageException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** A copy along any axes moves what a loop over them moves, in as large pieces as addresses and steps allow. */
class CopiesTest {
    private static final int AXES = 6;

    @RepeatedTest(300)
    void movesWhatALoopMoves(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        int rank = 1 + random.nextInt(5), bytes = 1 << random.nextInt(3);
        int[] dims = IntStream.range(0, rank).map(_ -> 1 + random.nextInt(6)).toArray();
        if (random.nextBoolean()) dims[rank - 1] = 16 * (1 + random.nextInt(2));
        long[] from = steps(random, dims), into = steps(random, dims);
        var axes = new ArrayList<Walk.Axis>();
        for (int i = 0; i < rank; i++) axes.add(new Walk.Axis(dims[i], List.of(from[i], into[i])));
        int source = bytes * random.nextInt(20), target = bytes * random.nextInt(20);
        byte[] x = new byte[source + bytes * extent(dims, from)];
        byte[] y = new byte[target + bytes * extent(dims, into)], expected = y.clone();
        random.nextBytes(x);
        loop(axes, 0, source, target, bytes, x, expected);

        run(Copies.strided(source, target, axes, bytes), x, y);

        assertThat(y).isEqualTo(expected);
    }

    @Test
    void whatIsDenseIsMovedAtOnce() {
        var axes = List.of(new Walk.Axis(5, List.of(12L, 12L)), new Walk.Axis(4, List.of(3L, 3L)),
                new Walk.Axis(3, List.of(1L, 1L)));
        assertThat(Copies.strided(256, 512, axes, 4)).isEqualTo(new Work.Move(256, 512, 5 * 12 * 4));
    }

    @Test
    void rowsGoSixteenBytesAtATimeWhereTheyMay() {
        var axes = List.of(new Walk.Axis(5, List.of(16L, 32L)), new Walk.Axis(8, List.of(1L, 1L)));
        assertThat(kernel(Copies.strided(256, 512, axes, 4))).isEqualTo("move_strided_16");
        assertThat(kernel(Copies.strided(256 + 8, 512, axes, 4))).isEqualTo("move_strided_8");
        assertThat(kernel(Copies.strided(256, 512 + 4, axes, 4))).isEqualTo("move_strided_4");
        assertThat(kernel(Copies.strided(256, 512, axes, 1))).isEqualTo("move_strided_8");
    }

    @Test
    void moreAxesThanTheKernelHasAreRefused() {
        var axes = IntStream.range(0, 7).mapToObj(i -> new Walk.Axis(2, List.of(1L << i, 1L << 6 - i))).toList();
        assertThatThrownBy(() -> Copies.strided(0, 0, axes, 4)).isInstanceOf(UsageException.class).hasMessageContaining("7 axes");
    }

    private static String kernel(Work work) { return ((Launch) work).kernel(); }

    /** Steps of axes that lie in any order, some with gaps. */
    private static long[] steps(Random random, int[] dims) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, dims.length).boxed().toList());
        if (random.nextBoolean()) Collections.shuffle(order, random);
        else Collections.reverse(order);
        var steps = new long[dims.length];
        long size = 1;
        for (int axis : order) {
            steps[axis] = size + (random.nextInt(4) == 0 ? random.nextInt(9) : 0);
            size = steps[axis] * dims[axis];
        }
        return steps;
    }

    /** Elements from the first to the last. */
    private static int extent(int[] dims, long[] steps) {
        return 1 + (int) IntStream.range(0, dims.length).mapToLong(i -> (dims[i] - 1) * steps[i]).sum();
    }

    private static void loop(List<Walk.Axis> axes, int axis, long from, long into, int bytes, byte[] x, byte[] y) {
        if (axis == axes.size()) {
            System.arraycopy(x, (int) from, y, (int) into, bytes);
            return;
        }
        Walk.Axis a = axes.get(axis);
        for (long i = 0; i < a.count(); i++)
            loop(axes, axis + 1, from + i * a.stride(0) * bytes, into + i * a.stride(1) * bytes, bytes, x, y);
    }

    /** What the device does, by the arguments of movement.cu. */
    private static void run(Work work, byte[] x, byte[] y) {
        if (work instanceof Work.Move(long from, long to, long bytes)) {
            System.arraycopy(x, (int) from, y, (int) to, (int) bytes);
            return;
        }
        var launch = (Launch) work;
        int bytes = Integer.parseInt(launch.kernel().substring("move_strided_".length()));
        List<ByteBuffer> arguments = launch.arguments().values().stream()
                .map(a -> ByteBuffer.wrap(a).order(ByteOrder.nativeOrder())).toList();
        long from = arguments.get(0).getLong(0), into = arguments.get(1).getLong(0);
        assertThat(from % bytes + into % bytes).isZero();
        ByteBuffer struct = arguments.get(2);
        var axes = new ArrayList<Walk.Axis>();
        for (int i = 0; i < AXES; i++)
            axes.add(new Walk.Axis(struct.getInt((2 * AXES) * Long.BYTES + i * Integer.BYTES),
                    List.of(struct.getLong(i * Long.BYTES), struct.getLong((AXES + i) * Long.BYTES))));
        loop(axes, 0, from, into, bytes, x, y);
        Launch.Grid grid = launch.grid();
        Launch.Block block = launch.block();
        assertThat((long) grid.x() * block.x()).isGreaterThanOrEqualTo(axes.getFirst().count());
        assertThat((long) block.x() * block.y()).isEqualTo(256);
    }
}
