package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharesTest {
    @ParameterizedTest
    @CsvSource({"1, 5", "2, 0", "2, 1", "2, 8", "3, 7", "4, 3", "4, 2147483647"})
    void aShareIsTheSameFractionOfEveryKernel(int threads, int blocks) {
        var shares = new Shares(threads);
        shares.deal(blocks);
        int[] first = IntStream.range(0, threads).map(shares::next).toArray();
        for (int t = 0; t < threads; t++) {
            int start = (int) Math.ceil((double) t * blocks / threads), end = (int) Math.ceil((t + 1.0) * blocks / threads);
            assertThat(first[t]).as("thread %d of %d", t, threads).isEqualTo(start < end ? start : -1);
        }
    }

    @Test
    void anOwnerTakesItsBlocksInOrderAndNoOthers() {
        var shares = new Shares(3);
        shares.deal(8);
        assertThat(own(shares, 1)).containsExactly(3, 4, 5);
        assertThat(own(shares, 0)).containsExactly(0, 1, 2);
        assertThat(own(shares, 2)).containsExactly(6, 7);
    }

    @Test
    void aThiefTakesFromTheEndAndTheOwnerKeepsTheRest() {
        var shares = new Shares(2);
        shares.deal(8);
        assertThat(shares.next(0)).isZero();
        assertThat(shares.steal(1)).isEqualTo(3);
        assertThat(shares.steal(1)).isEqualTo(2);
        assertThat(shares.next(0)).isEqualTo(1);
        assertThat(shares.next(0)).isEqualTo(-1);
        assertThat(shares.steal(1)).isEqualTo(-1);
        assertThat(own(shares, 1)).containsExactly(4, 5, 6, 7);
        assertThat(shares.steal(0)).isEqualTo(-1);
    }

    @Test
    void aThiefLooksAtEveryOtherShare() {
        var shares = new Shares(4);
        shares.deal(4);
        assertThat(own(shares, 2)).containsExactly(2);
        assertThat(IntStream.range(0, 4).map(_ -> shares.steal(2))).containsExactly(3, 0, 1, -1);
    }

    private static List<Integer> own(Shares shares, int thread) {
        var taken = new ArrayList<Integer>();
        for (int block = shares.next(thread); block >= 0; block = shares.next(thread)) taken.add(block);
        return taken;
    }
}
