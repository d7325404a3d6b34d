package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Scratch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {
    private static Kernel kernel(int blocks, IntConsumer body) {
        return new Kernel() {
            @Override
            public int blocks() { return blocks; }

            @Override
            public void run(Scratch scratch, int block) { body.accept(block); }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyBlockOfEveryKernelIsDoneOnceBeforeTheNextKernelStarts(int threads) {
        try (var workers = new Workers(threads)) {
            assertThat(workers.threads()).isEqualTo(threads);
            for (int run = 0; run < 3_000; run++) {
                int blocks = run % 7;
                var done = new AtomicIntegerArray(7);
                workers.run(kernel(blocks, done::incrementAndGet));
                for (int i = 0; i < 7; i++)
                    assertThat(done.get(i)).as("block %d of %d", i, blocks).isEqualTo(i < blocks ? 1 : 0);
            }
        }
    }

    @Test
    void parkedThreadsWakeUp() throws InterruptedException {
        try (var workers = new Workers(3)) {
            for (int run = 0; run < 5; run++) {
                Thread.sleep(20);
                var done = new AtomicIntegerArray(64);
                workers.run(kernel(64, done::incrementAndGet));
                for (int i = 0; i < 64; i++) assertThat(done.get(i)).isEqualTo(1);
            }
        }
    }

    /** All threads meet in every block, so that none is done before the others have taken what they own. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void aThreadDoesTheSamePartOfEveryKernelInOrder(int threads) {
        try (var workers = new Workers(threads)) {
            for (int each = 1; each <= 4; each++) {
                var barrier = new CyclicBarrier(threads);
                var owners = new ConcurrentHashMap<String, List<Integer>>();
                workers.run(kernel(each * threads, block -> {
                    meet(barrier);
                    owners.computeIfAbsent(Thread.currentThread().getName(), _ -> new ArrayList<>()).add(block);
                }));
                for (int t = 0; t < threads; t++) {
                    String name = t == 0 ? Thread.currentThread().getName() : "gabor-cpu-" + t;
                    assertThat(owners).containsEntry(name,
                            IntStream.range(t * each, (t + 1) * each).boxed().toList());
                }
            }
        }
    }

    @Test
    void whoIsDoneTakesFromTheEndOfAnothersShare() {
        try (var workers = new Workers(2)) {
            var started = new CyclicBarrier(2);
            var others = new CountDownLatch(9);
            var byCaller = new ArrayList<Integer>();
            Thread caller = Thread.currentThread();
            workers.run(kernel(10, block -> {
                if (block == 0 || block == 5) meet(started);
                if (Thread.currentThread().equals(caller)) {
                    byCaller.add(block);
                    others.countDown();
                } else await(others);
            }));
            assertThat(byCaller).containsExactly(0, 1, 2, 3, 4, 9, 8, 7, 6);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) throw new IllegalStateException("nobody takes the other blocks");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void whatABlockThrowsReachesTheCallerAndThePoolGoesOn(int threads) {
        try (var workers = new Workers(threads)) {
            for (int failing = 0; failing < 8; failing++) {
                int bad = failing;
                assertThatThrownBy(() -> workers.run(kernel(8, b -> {
                    if (b == bad) throw new ArithmeticException("block " + b);
                }))).isInstanceOf(ArithmeticException.class).hasMessage("block " + bad);
                var done = new AtomicIntegerArray(8);
                workers.run(kernel(8, done::incrementAndGet));
                for (int i = 0; i < 8; i++) assertThat(done.get(i)).isEqualTo(1);
            }
        }
    }

    @Test
    void closingEndsTheThreadsAndRefusesFurtherWork() {
        long before = ownThreads();
        var workers = new Workers(4);
        assertThat(ownThreads()).isEqualTo(before + 3);
        workers.close();
        workers.close();
        assertThat(ownThreads()).isEqualTo(before);
        assertThatThrownBy(() -> workers.run(kernel(2, _ -> {}))).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    private static long ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("gabor-cpu-") && t.isAlive()).count();
    }
}
