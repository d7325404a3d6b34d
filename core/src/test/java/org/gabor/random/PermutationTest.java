package org.gabor.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermutationTest {
    @Test
    void everyValueComesOnceForEverySize() {
        for (int n = 1; n <= 300; n++) {
            assertIsBijection(n, 5);
        }
        for (int n : new int[] {1023, 1024, 1025, 60_000, 65_536, 65_537}) {
            assertIsBijection(n, 0);
        }
    }

    @Test
    void theLargestSizeStaysInRange() {
        Permutation p = Permutation.of(3, 0, Integer.MAX_VALUE);
        long distinct = IntStream.range(0, 1000).map(i -> p.at(Integer.MAX_VALUE - 1 - i)).distinct().count();
        assertThat(distinct).isEqualTo(1000);
        assertThat(IntStream.range(0, 1000).map(p::at)).allMatch(v -> v >= 0 && v < Integer.MAX_VALUE);
    }

    @Test
    void seedsAndEpochsGiveDifferentOrders() {
        int[] order = order(0, 0, 1000);
        assertThat(order(0, 0, 1000)).isEqualTo(order);
        for (int[] other : new int[][] {order(1, 0, 1000), order(1L << 32, 0, 1000), order(0, 1, 1000)}) {
            long fixed = IntStream.range(0, 1000).filter(i -> other[i] == order[i]).count();
            assertThat(fixed).as("a random permutation keeps one place on average").isLessThan(10);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void everyOrderOfAFewIsEquallyLikely(int n) {
        Map<String, Integer> counts = new HashMap<>();
        for (int seed = 0; seed < 24_000; seed++) {
            counts.merge(Arrays.toString(order(seed, 0, n)), 1, Integer::sum);
        }
        int orders = IntStream.rangeClosed(1, n).reduce(1, (a, b) -> a * b);
        assertThat(counts).hasSize(orders);
        assertThat(ChiSquare.of(counts.values().stream().mapToInt(c -> c).toArray()))
                .isLessThan(ChiSquare.limit(orders - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 10, 64, 100})
    void anElementIsEquallyLikelyToGoAnywhere(int n) {
        for (int element : new int[] {0, 1, n / 2, n - 1}) {
            int[] places = new int[n];
            for (int seed = 0; seed < 20_000; seed++) {
                places[Permutation.of(seed, 0, n).at(element)]++;
            }
            assertThat(ChiSquare.of(places)).as("element %d of %d", element, n).isLessThan(ChiSquare.limit(n - 1));
        }
    }

    @Test
    void neighboursAreScatteredOverEpochs() {
        int n = 50;
        int[] gaps = new int[n];
        for (int epoch = 0; epoch < 20_000; epoch++) {
            Permutation p = Permutation.of(9, epoch, n);
            gaps[Math.floorMod(p.at(21) - p.at(20), n)]++;
        }
        assertThat(gaps[0]).isZero();
        assertThat(ChiSquare.of(Arrays.copyOfRange(gaps, 1, n))).isLessThan(ChiSquare.limit(n - 2));
    }

    @Test
    void nothingToPermuteAndPlacesOutsideAreRefused() {
        assertThatThrownBy(() -> Permutation.of(0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Permutation.of(0, 0, 5).at(5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Permutation.of(0, 0, 5).at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static void assertIsBijection(int n, long seed) {
        assertThat(Arrays.stream(order(seed, 0, n)).sorted().toArray())
                .isEqualTo(IntStream.range(0, n).toArray());
    }

    private static int[] order(long seed, int epoch, int n) {
        Permutation p = Permutation.of(seed, epoch, n);
        return IntStream.range(0, n).map(p::at).toArray();
    }
}
