package org.gabor.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamTest {
    private static final int COUNT = 100_000;

    @Test
    void wordsAreThoseOfTheBlockWithTheSeedAsKeyAndIndexStepEpochStreamAsCounter() {
        int[] block = new int[4];
        Stream stream = new Stream(0x299f31d0a4093822L, 0x03707344, 0x85a308d3, 0x13198a2e);
        Philox.block(0xa4093822, 0x299f31d0, 25, 0x85a308d3, 0x13198a2e, 0x03707344, block);
        for (int i = 0; i < 4; i++) {
            assertThat(stream.bits(100 + i)).isEqualTo(block[i]);
        }
    }

    @Test
    void namesAreHashedByFnv1a() {
        // Test vectors of the FNV authors: "", "a", "foobar".
        assertThat(Stream.id("")).isEqualTo(0x811c9dc5);
        assertThat(Stream.id("a")).isEqualTo(0xe40c292c);
        assertThat(Stream.id("foobar")).isEqualTo(0xbf9cf968);
    }

    @Test
    void uniformsFillTheUnitIntervalEvenly() {
        Stream stream = new Stream(1, Stream.id("test"), 0, 0);
        int[] floats = new int[64];
        int[] doubles = new int[64];
        int[] whole = new int[64];
        for (int i = 0; i < COUNT; i++) {
            assertThat(stream.uniform(i)).isGreaterThanOrEqualTo(0).isLessThan(1);
            assertThat(stream.uniformDouble(i)).isGreaterThanOrEqualTo(0).isLessThan(1);
            floats[(int) (stream.uniform(i) * 64)]++;
            doubles[(int) (stream.uniformDouble(i) * 64)]++;
            whole[stream.below(i, 64)]++;
        }
        assertThat(ChiSquare.of(floats)).isLessThan(ChiSquare.limit(63));
        assertThat(ChiSquare.of(doubles)).isLessThan(ChiSquare.limit(63));
        assertThat(ChiSquare.of(whole)).isLessThan(ChiSquare.limit(63));
    }

    @Test
    void normalsHaveTheMomentsOfTheStandardNormalDistribution() {
        Stream stream = new Stream(7, Stream.id("init"), 0, 0);
        double[] moment = new double[5];
        double neighbours = 0;
        for (int i = 0; i < COUNT; i++) {
            double x = stream.normal(i);
            for (int k = 1; k <= 4; k++) {
                moment[k] += Math.pow(x, k) / COUNT;
            }
            neighbours += x * stream.normal(i + 1) / COUNT;
        }
        // Five standard errors: the variances of x, x^2, x^3, x^4 and x y are 1, 2, 15, 96 and 1.
        double se = 5 / Math.sqrt(COUNT);
        assertThat(moment[1]).isCloseTo(0, within(se));
        assertThat(moment[2]).isCloseTo(1, within(se * Math.sqrt(2)));
        assertThat(moment[3]).isCloseTo(0, within(se * Math.sqrt(15)));
        assertThat(moment[4]).isCloseTo(3, within(se * Math.sqrt(96)));
        assertThat(neighbours).isCloseTo(0, within(se));
    }

    @Test
    void streamsThatDifferInSeedStreamStepOrEpochShareNoWords() {
        Set<Integer> seen = new HashSet<>();
        Stream[] streams = {new Stream(0, 0, 0, 0), new Stream(1, 0, 0, 0), new Stream(1L << 32, 0, 0, 0),
                new Stream(0, 1, 0, 0), new Stream(0, 0, 1, 0), new Stream(0, 0, 0, 1)};
        for (Stream stream : streams) {
            for (int i = 0; i < 100; i++) {
                assertThat(seen.add(stream.bits(i))).isTrue();
            }
        }
    }
}
