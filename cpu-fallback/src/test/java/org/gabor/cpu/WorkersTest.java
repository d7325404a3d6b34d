package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
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
