package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResampleTest {
    @Test
    void aPictureOfTheRightSizeIsLeftAsItIs() {
        Picture picture = picture(1, 5, 7, (y, x) -> 13 * y + 31 * x);
        assertThat(Resample.cover(picture, 5, 7)).isEqualTo(picture.pixels());
    }

    @ParameterizedTest
    @CsvSource({"5, 7, 32, 32", "100, 60, 7, 9", "31, 31, 32, 16", "1, 1, 8, 8", "8, 300, 8, 8", "3, 2, 1, 1"})
    void aFlatPictureStaysFlat(int h, int w, int height, int width) {
        byte[] flat = Resample.cover(picture(3, h, w, (y, x) -> 200), height, width);
        assertThat(flat).hasSize(3 * height * width).containsOnly((byte) 200);
    }

    @ParameterizedTest
    @CsvSource({"64, 64, 16, 16", "90, 60, 20, 20", "60, 90, 20, 20", "60, 91, 20, 20", "17, 23, 40, 40",
            "50, 40, 10, 30", "33, 47, 31, 13"})
    void everyPixelIsTheTriangleWeightedMeanOfTheInput(int h, int w, int height, int width) {
        IntBinaryOperator image = (y, x) -> (y * 37 + x * 91 + y * x * 5) & 0xFF;
        byte[] got = Resample.cover(picture(1, h, w, image), height, width);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double expected = reference(image, h, w, height, width, y, x);
                // Rounding gives 1/2, single precision next to nothing.
                assertThat((double) (got[y * width + x] & 0xFF)).as("pixel %d, %d", y, x)
                        .isCloseTo(expected, within(0.501));
            }
        }
    }

    @Test
    void theLongerSideLosesAsMuchAtEitherEnd() {
        // A bright stripe in the middle column of a wide picture stays in the middle.
        byte[] got = Resample.cover(picture(1, 9, 27, (y, x) -> x == 13 ? 255 : 0), 9, 9);
        assertThat(got[4 * 9 + 4] & 0xFF).isEqualTo(255);
        assertThat(IntStream.range(0, 9).map(x -> got[4 * 9 + x] & 0xFF).sum()).isEqualTo(255);
    }

    @Test
    void finePatternsAverageOutInsteadOfAliasing() {
        byte[] got = Resample.cover(picture(1, 128, 128, (y, x) -> (x + y) % 2 * 255), 16, 16);
        for (byte pixel : got) {
            assertThat(pixel & 0xFF).isBetween(126, 129);
        }
    }

    @Test
    void greyAndColourTurnIntoEachOther() {
        Picture grey = picture(1, 2, 2, (y, x) -> 10 + y + x);
        assertThat(grey.withChannels(3).pixels()).containsExactly(10, 11, 11, 12, 10, 11, 11, 12, 10, 11, 11, 12);
        // 0.299 R + 0.587 G + 0.114 B, as Pillow's convert("L") rounds it.
        byte[] colours = {(byte) 255, 0, 0, 10, 0, (byte) 255, 0, 20, 0, 0, (byte) 255, 30};
        byte[] luma = new Picture(new ImageSize(3, 2, 2), colours).withChannels(1).pixels();
        assertThat(luma).containsExactly((byte) 76, (byte) 150, (byte) 29, (byte) 18);
    }

    /** One output pixel in double precision, by both axes at once, straight from the definition. */
    private static double reference(IntBinaryOperator image, int h, int w, int height, int width, int y, int x) {
        double zoom = Math.max((double) height / h, (double) width / w);
        int scaledHeight = height == h * zoom ? height : Math.max(height, (int) (h * zoom + 1e-9));
        int scaledWidth = width == w * zoom ? width : Math.max(width, (int) (w * zoom + 1e-9));
        double stepY = (double) h / scaledHeight;
        double stepX = (double) w / scaledWidth;
        double centreY = (y + (scaledHeight - height) / 2 + 0.5) * stepY;
        double centreX = (x + (scaledWidth - width) / 2 + 0.5) * stepX;
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < h; i++) {
            for (int j = 0; j < w; j++) {
                double weight = Math.max(0, 1 - Math.abs(i + 0.5 - centreY) / Math.max(1, stepY))
                        * Math.max(0, 1 - Math.abs(j + 0.5 - centreX) / Math.max(1, stepX));
                sum += weight * image.applyAsInt(i, j);
                weights += weight;
            }
        }
        return sum / weights;
    }

    private static Picture picture(int channels, int h, int w, IntBinaryOperator image) {
        byte[] pixels = new byte[channels * h * w];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) image.applyAsInt(i / w % h, i % w);
        }
        return new Picture(new ImageSize(channels, h, w), pixels);
    }
}
