package org.gabor.cpu.emit;

import static org.assertj.core.api.Assertions.assertThat;

import org.gabor.graph.Activation;
import org.junit.jupiter.api.Test;

class ElementwiseTest {
    private static final float[] SPECIAL = {0f, -0f, 1f, -1f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE,
            -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.intBitsToFloat(0xffc00000),
            Float.intBitsToFloat(0x7f800001), 3.5f, -3.5f};

    @Test
    void slopeOfReluPassesWhatIsAboveZeroAndNothingElse() {
        for (float dy : SPECIAL) {
            float[] dys = new float[SPECIAL.length], dx = new float[SPECIAL.length];
            java.util.Arrays.fill(dys, dy);
            Elementwise.reluSlope(SPECIAL.length, dx, SPECIAL, dys);
            for (int i = 0; i < dx.length; i++) {
                Float expected = SPECIAL[i] > 0 ? dy : 0f;
                assertThat(dx[i]).as("y %s, dy %s", SPECIAL[i], dy).isEqualTo(expected);
            }
        }
    }

    @Test
    void reluKeepsNaNAndGivesPositiveZero() {
        float[] y = new float[SPECIAL.length];
        Functions.apply(new Activation.Relu(), y.length, y, SPECIAL, new Scratch());
        for (int i = 0; i < y.length; i++)
            if (Float.isNaN(SPECIAL[i])) assertThat(y[i]).isNaN();
            else assertThat(y[i]).isEqualTo(SPECIAL[i] > 0 ? SPECIAL[i] : 0f);
    }
}
