package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.gabor.DataException;
import org.gabor.UsageException;
import org.gabor.random.Permutation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {
    private static final int N = 97;
    private static final int BATCH = 8;
    private static final int PER_EPOCH = N / BATCH;
    private static final Duration PATIENCE = Duration.ofMillis(400);

    @AfterEach
    void noThreadIsLeft() {
        assertThat(loaderThreads()).isEmpty();
    }

    private static Set<String> loaderThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(Thread::isAlive).map(Thread::getName)
                .filter(name -> name.startsWith("gabor-loader-")).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void batchesAreTheSameForAnyNumberOfThreadsAndFromMemory(int workers) {
        List<String> expected = all(Pixels.pattern(N, 3, 5, 4), 1, 0);
        assertThat(all(new Slow(i -> {
        }), workers, 0)).isEqualTo(expected);
        assertThat(all(new Slow(i -> sleep(i % 3)), workers, PER_EPOCH + 5)).as("begun later")
                .isEqualTo(expected.subList(PER_EPOCH + 5, expected.size()));
    }

    /** Three epochs, each in the order that seed and epoch make. */
    private static int order(long place) {
        long epochImages = (long) PER_EPOCH * BATCH;
        return Permutation.of(5, (int) (place / epochImages) + 1, N).at((int) (place % epochImages));
    }

    private static List<String> all(Dataset data, int workers, int first) {
        List<String> batches = new ArrayList<>();
        try (Loader loader = new Loader(data, BATCH, LoaderTest::order, first, 3 * PER_EPOCH, workers)) {
            for (int b = first; b < 3 * PER_EPOCH; b++) {
                Loader.Batch batch = loader.next();
                batches.add(Arrays.toString(batch.labels()) + Arrays.toString(batch.images()));
                for (int i = 0; i < BATCH; i++) {
                    assertThat(batch.labels()[i]).isEqualTo(data.label(order((long) b * BATCH + i)));
                }
            }
            assertThatThrownBy(loader::next).isInstanceOf(IllegalStateException.class);
        }
        return batches;
    }

    @Test
    void dataInMemoryNeedsNoThreads() {
        try (Loader loader = new Loader(Pixels.pattern(N, 3, 5, 4), BATCH, place -> (int) place, 0, 2, 4)) {
            assertThat(loaderThreads()).isEmpty();
            assertThat(loader.next()).isSameAs(loader.next());
        }
    }

    @Test
    void noMoreThanThreeBatchesAreInMemory() throws InterruptedException {
        AtomicInteger read = new AtomicInteger();
        try (Loader loader = new Loader(new Slow(i -> read.incrementAndGet()), BATCH, place -> (int) place, 0, 12, 4)) {
            for (int b = 0; b < 6; b++) {
                loader.next();
                Thread.sleep(20);
                assertThat(read.get()).as("batch %d is in use", b).isLessThanOrEqualTo((b + Loader.AHEAD) * BATCH);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void whatAThreadThrowsComesOutForTheBatchItBelongsTo(int workers) {
        Dataset bad = new Slow(i -> {
            if (i == 21 || i == 22) {
                throw new IllegalArgumentException("not at all: " + i);
            }
        });
        try (Loader loader = new Loader(bad, BATCH, place -> (int) place, 0, 12, workers)) {
            loader.next();
            loader.next();
            assertThatThrownBy(loader::next).isInstanceOf(DataException.class)
                    .hasMessageContainingAll("cannot read image 21 of slow", "not at all: 21")
                    .hasCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void errorsThatAreOursOrTheMachinesStayWhatTheyAre() {
        assertThatThrownBy(() -> first(i -> {
            throw new DataException("a.jpg is damaged");
        })).isInstanceOf(DataException.class).hasMessage("a.jpg is damaged");
        assertThatThrownBy(() -> first(i -> {
            throw new OutOfMemoryError("made up");
        })).isInstanceOf(OutOfMemoryError.class);
    }

    private static void first(IntConsumer read) {
        try (Loader loader = new Loader(new Slow(read), BATCH, place -> (int) place, 0, 12, 2)) {
            loader.next();
        }
    }

    @Test
    void aThreadThatBlocksIsAnErrorThatNamesTheImage() {
        CountDownLatch never = new CountDownLatch(1);
        Dataset blocked = new Slow(i -> {
            if (i == 13) {
                await(never);
            }
        });
        long start = System.nanoTime();
        try (Loader loader = new Loader(blocked, BATCH, place -> (int) place, 0, 12, 1, PATIENCE)) {
            loader.next();
            assertThatThrownBy(loader::next).isInstanceOf(DataException.class)
                    .hasMessageContainingAll("has come to a halt", "image 13 of slow", "0.4 s");
        }
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(5).toNanos());
    }

    @Test
    void byDefaultThatTakesLessThanFiveSeconds() {
        assertThat(Loader.PATIENCE).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void slowThreadsAreNoErrorAsLongAsTheyGetOn() {
        try (Loader loader = new Loader(new Slow(i -> sleep(60)), BATCH, place -> (int) place, 0, 2, 1, PATIENCE)) {
            assertThat(loader.next().labels()).containsExactly(0, 1, 2, 0, 1, 2, 0, 1);
        }
    }

    @Test
    void threadsEndWhereverTheyAreWhenItIsClosed() {
        new Loader(new Slow(i -> sleep(10_000)), BATCH, place -> (int) place, 0, 12, 3).close();
        Loader full = new Loader(new Slow(i -> {
        }), BATCH, place -> (int) place, 0, 12, 3);
        full.next();
        full.close();
        full.close();
        assertThatThrownBy(() -> new Loader(new Slow(i -> {
        }), BATCH, place -> (int) place, 0, 12, 0)).isInstanceOf(UsageException.class);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The pattern, not in memory, with something that happens at each image. */
    private static final class Slow implements Dataset {
        private final Dataset pattern = Pixels.pattern(N, 3, 5, 4);
        private final IntConsumer before;

        Slow(IntConsumer before) {
            this.before = before;
        }

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public int size() {
            return N;
        }

        @Override
        public int channels() {
            return 1;
        }

        @Override
        public int height() {
            return 5;
        }

        @Override
        public int width() {
            return 4;
        }

        @Override
        public List<String> classes() {
            return pattern.classes();
        }

        @Override
        public int label(int index) {
            return pattern.label(index);
        }

        @Override
        public void image(int index, byte[] target, int offset) {
            before.accept(index);
            pattern.image(index, target, offset);
        }
    }
}
