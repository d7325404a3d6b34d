package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.gabor.cpu.Groups.Task;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Scratch;
import org.gabor.cpu.kernel.Footprint;
import org.gabor.cpu.kernel.Region;
import org.junit.jupiter.api.Test;

/** Kernels put together compute what they compute one after the other, whatever order their blocks are done in. */
class GroupsTest {
    private static final int IMAGES = 4;
    private static final int VALUES = 6;
    private static final int GLOBALS = 3;

    private final Random random = new Random(5);
    /** Values of IMAGES words each, then words that belong to all images; addresses are indices. */
    private final long[] memory = new long[VALUES * IMAGES + GLOBALS];

    @Test
    void anyOrderOfBlocksGivesTheResultOfTheSequence() {
        int grouped = 0;
        for (int round = 0; round < 5_000; round++) {
            List<Task> tasks = tasks(2 + random.nextInt(12));
            long[] expected = afterwards(tasks.stream().map(Task::kernel).toList(), false);
            List<Kernel> order = Groups.of(tasks);
            for (int i = 0; i < 3; i++) assertThat(afterwards(order, true)).isEqualTo(expected);
            grouped += tasks.size() - order.size();
        }
        assertThat(grouped).as("kernels put together").isGreaterThan(5_000);
    }

    @Test
    void whatTheNextKernelReadsOfOtherImagesIsDoneBefore() {
        var writes = new Footprint(IMAGES, IMAGES, List.of(), List.of(new Region(0, 1, 1)));
        var readsAll = new Footprint(IMAGES, IMAGES, List.of(new Region(0, IMAGES, 0)), List.of(new Region(8, 1, 1)));
        assertThat(Groups.of(List.of(new Task(none(), writes), new Task(none(), readsAll)))).hasSize(2);
    }

    private Kernel none() { return new Step(IMAGES, (_, _) -> {}); }

    private List<Task> tasks(int count) {
        var tasks = new ArrayList<Task>();
        for (int i = 0; i < count; i++) {
            int kind = random.nextInt(4), x = random.nextInt(VALUES), y = random.nextInt(VALUES), g = random.nextInt(GLOBALS);
            int global = VALUES * IMAGES + g, salt = random.nextInt(1000);
            Region from = value(x), into = value(y), all = new Region(global, 1, 0);
            tasks.add(switch (kind) {
                // y[i] = f(x[i], g)
                case 0, 1 -> task(IMAGES, IMAGES, List.of(from, all), List.of(into), IMAGES,
                        (m, b) -> m[y * IMAGES + b] = mix(m[x * IMAGES + b], m[global], salt));
                // g = sums that go on from image to image, in two parts of which only one counts
                case 2 -> task(IMAGES, 1, List.of(from), List.of(all), IMAGES,
                        (m, b) -> m[global] = mix(b == 0 ? 0 : m[global], m[x * IMAGES + b], salt));
                // g = f(all of x)
                default -> task(0, 0, List.of(new Region((long) x * IMAGES, IMAGES, 0)), List.of(all), 1, (m, _) -> {
                    long sum = 0;
                    for (int b = 0; b < IMAGES; b++) sum = mix(sum, m[x * IMAGES + b], salt);
                    m[global] = sum;
                });
            });
        }
        return tasks;
    }

    private static Region value(int v) { return new Region((long) v * IMAGES, 1, 1); }

    private Task task(int images, int parts, List<Region> reads, List<Region> writes, int blocks, Body body) {
        return new Task(new Step(blocks, body), new Footprint(images, parts, reads, writes));
    }

    private static long mix(long a, long b, int salt) { return (a * 31 + b) * 0x9E3779B97F4A7C15L + salt; }

    /** What the memory holds after all kernels, their blocks in order or shuffled. */
    private long[] afterwards(List<Kernel> kernels, boolean shuffled) {
        for (int i = 0; i < memory.length; i++) memory[i] = i + 1L;
        for (Kernel k : kernels) {
            var blocks = new ArrayList<Integer>();
            for (int b = 0; b < k.blocks(); b++) blocks.add(b);
            if (shuffled) Collections.shuffle(blocks, random);
            for (int b : blocks) k.run(new Scratch(), b);
        }
        return memory.clone();
    }

    private interface Body {
        void run(long[] memory, int block);
    }

    private final class Step implements Kernel {
        private final int blocks;
        private final Body body;

        Step(int blocks, Body body) {
            this.blocks = blocks;
            this.body = body;
        }

        @Override
        public int blocks() { return blocks; }

        @Override
        public void run(Scratch scratch, int block) { body.run(memory, block); }
    }
}
