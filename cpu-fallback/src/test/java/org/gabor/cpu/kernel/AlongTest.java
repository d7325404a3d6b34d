package org.gabor.cpu.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.gabor.cpu.kernel.Pointwise.Along;
import org.junit.jupiter.api.Test;

class AlongTest {
    private static final int PIXELS = 3;

    /** All operands that images of any layout can have, broadcast or not. */
    @Test
    void theSimplestFormIsTheSameWalk() {
        for (int channels : new int[] {1, 2, 5})
            for (int lanes : new int[] {1, 4})
                for (long lane : new long[] {0, 4})
                    for (long channel : new long[] {0, 4, 4L * lanes, 100})
                        for (long pixel : new long[] {0, 4, 4L * channels, 4L * channels * lanes, channels * channel, 1000})
                            check(new Along(channels, lanes, pixel, channel, lane));
    }

    private static void check(Along along) {
        Along simple = along.simple();
        for (int j = 0; j < PIXELS * along.period(); j++)
            assertThat(at(simple, j)).as("element %d of %s, which is said to be %s", j, along, simple).isEqualTo(at(along, j));
        assertThat(simple.simple()).isEqualTo(simple);
    }

    private static long at(Along a, int j) {
        return j / (a.channels() * a.lanes()) * a.pixel() + j / a.lanes() % a.channels() * a.channel() + j % a.lanes() * a.lane();
    }
}
