package org.gabor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({"0, 0.000 s", "0.0361, 0.036 s", "0.0951, 0.1 s", "8.14, 8.1 s", "99.9, 99.9 s", "99.96, 1 min 40 s",
            "3599.4, 59 min 59 s",
            "3600, 1 h 0 min", "7384, 2 h 3 min"})
    void secondsHaveAsManyDigitsAsMatter(double seconds, String text) {
        assertThat(Figures.seconds(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "246824, 241.0 KiB", "1048575, 1.0 MiB",
            "5368709120, 5.0 GiB"})
    void bytesAreInBinaryUnits(long bytes, String text) { assertThat(Figures.bytes(bytes)).isEqualTo(text); }

    @ParameterizedTest
    @CsvSource({"0, 0:00", "59.6, 1:00", "3723, 1:02:03"})
    void timeToComeIsAClock(double seconds, String text) { assertThat(Figures.clock(seconds)).isEqualTo(text); }

    @ParameterizedTest
    @CsvSource({"1, 1 image", "0, 0 images", "2000, '2,000 images'"})
    void oneImageIsNoImages(long n, String text) { assertThat(Figures.count(n, "image")).isEqualTo(text); }
}
