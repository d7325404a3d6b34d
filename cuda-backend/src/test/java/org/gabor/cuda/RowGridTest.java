package org.gabor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads cover a row along x; along y they cover the rows, or a block comes back for more. */
class RowGridTest {
    @ParameterizedTest
    @CsvSource({"1,1,1", "1,1000000,1", "3,7,1", "128,5,1", "129,5,8", "16,3,8", "17,3,8", "100000,2,1", "5,40000000,1"})
    void everyElementHasAThread(long row, long rows, int depth) {
        RowGrid g = RowGrid.of(row, rows, 128, depth);
        assertThat((long) g.grid().x() * g.block().x()).isGreaterThanOrEqualTo(row).isLessThan(row + g.block().x());
        assertThat(g.block().x() * g.block().y() * g.block().z()).isEqualTo(128);
        assertThat(g.block().z()).isEqualTo(depth);
        long blocks = Math.ceilDiv(rows, g.block().y());
        assertThat((long) g.grid().y()).isEqualTo(Math.min(blocks, 65_535));
        assertThat(g.grid().z()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"1,32,1", "2,32,2", "3,32,4", "4,32,4", "5,32,8", "31,32,32", "33,32,32", "1000000000000,128,128"})
    void holdsTheCountInTheLeastPowerOfTwo(long count, int most, int expected) {
        assertThat(RowGrid.holding(count, most)).isEqualTo(expected);
    }
}
