package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DigitsTest {
    private static final DataSplits DIGITS = Datasets.digits(0);

    @Test
    void thereAreTenThousandToTrainOnAndTwoThousandToTest() {
        assertThat(DIGITS.train().size()).isEqualTo(10_000);
        assertThat(DIGITS.test().size()).isEqualTo(2_000);
        Dataset train = DIGITS.train();
        assertThat(new int[] {train.channels(), train.height(), train.width()}).containsExactly(1, 28, 28);
        assertThat(Pixels.countByClass(train)).containsOnly(1000);
        assertThat(Pixels.countByClass(DIGITS.test())).containsOnly(200);
    }

    @Test
    void theBytesAreTheSameOnEveryMachine() {
        // Golden: a change means that every figure published for digits has to be measured again.
        assertThat(DIGITS.train().fingerprint())
                .isEqualTo("b761f3db8266f78554e76fea65e03efc015c6733796cb23ccef262e1e0ad1e48");
        assertThat(DIGITS.test().fingerprint())
                .isEqualTo("abeeae3fe8ef7de5560cdcd15dbbbf586b782c62a7165068e537969c83ae186c");
    }

    @Test
    void aSampleDependsOnSeedAndIndexAlone() {
        for (int i : new int[] {9_999, 0, 4321}) {
            assertThat(Digits.image(0, i)).isEqualTo(Pixels.of(DIGITS.train(), i));
            assertThat(Digits.label(0, i)).isEqualTo(DIGITS.train().label(i));
            assertThat(Digits.image(1, i)).isNotEqualTo(Pixels.of(DIGITS.train(), i));
        }
    }

    @Test
    void noTwoSamplesAreAlike() {
        Set<String> seen = new HashSet<>();
        for (Dataset part : new Dataset[] {DIGITS.train(), DIGITS.test()}) {
            for (int i = 0; i < part.size(); i++) {
                seen.add(Arrays.toString(Pixels.of(part, i)));
            }
        }
        assertThat(seen).hasSize(12_000);
    }

    @Test
    void inkIsWhiteOnBlackLiesInsideAndIsCentredByMassAsInMnist() {
        Dataset train = DIGITS.train();
        for (int i = 0; i < train.size(); i++) {
            int[] pixels = pixels(train, i);
            double mass = Arrays.stream(pixels).sum();
            double x = 0.5 + IntStream.range(0, 784).map(p -> p % 28 * pixels[p]).sum() / mass;
            double y = 0.5 + IntStream.range(0, 784).map(p -> p / 28 * pixels[p]).sum() / mass;
            // The line's mass is centred to within 0.8; where lines cross, ink is drawn once but weighs twice.
            assertThat(x).as("centre of sample %d", i).isCloseTo(14, within(3.5));
            assertThat(y).as("centre of sample %d", i).isCloseTo(14, within(3.5));
            assertThat(Arrays.stream(pixels).max().orElseThrow()).as("ink of sample %d", i).isGreaterThan(100);
            long border = IntStream.range(0, 784)
                    .filter(p -> p / 28 == 0 || p / 28 == 27 || p % 28 == 0 || p % 28 == 27)
                    .filter(p -> pixels[p] > 0).count();
            assertThat(border).as("ink at the border of sample %d", i).isZero();
        }
        // MNIST's mean is 0.1307.
        assertThat(Pixels.sum(train, 0) / 255.0 / 784 / train.size()).isCloseTo(0.12, within(0.02));
    }

    @Test
    void theNearestNeighbourNamesMostButNotAll() {
        // The difficulty, by a method that owes nothing to this project: MNIST has 0.946 with as many neighbours.
        Dataset train = DIGITS.train();
        int[][] neighbours = IntStream.range(0, train.size()).mapToObj(i -> pixels(train, i)).toArray(int[][]::new);
        int tests = 500;
        long right = IntStream.range(0, tests).parallel()
                .filter(i -> train.label(nearest(pixels(DIGITS.test(), i), neighbours)) == DIGITS.test().label(i))
                .count();
        assertThat((double) right / tests).isBetween(0.96, 0.993);
    }

    private static int nearest(int[] image, int[][] neighbours) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        for (int j = 0; j < neighbours.length; j++) {
            int sum = 0;
            for (int p = 0; p < image.length; p++) {
                int d = image[p] - neighbours[j][p];
                sum += d * d;
            }
            if (sum < least) {
                least = sum;
                best = j;
            }
        }
        return best;
    }

    private static int[] pixels(Dataset data, int index) {
        byte[] bytes = Pixels.of(data, index);
        return IntStream.range(0, bytes.length).map(p -> bytes[p] & 0xFF).toArray();
    }
}
