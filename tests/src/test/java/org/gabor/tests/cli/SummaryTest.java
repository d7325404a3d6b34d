package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SummaryTest {
    /** Parameters and multiplications worked out by hand, as in LeCun et al. 1998 but with 28x28 images padded by 2. */
    @Test
    void lenet5LayerByLayer() {
        assertThat(Cli.line("summary lenet5").out()).isEqualTo("""
                lenet5 for images of 1x28x28 and 10 classes

                path  layer                                  output  parameters     MACs
                      images                                1x28x28
                1     conv2d filters=6 kernel=5 padding=2   6x28x28         156  117,600
                2     relu                                  6x28x28
                3     max_pool kernel=2                     6x14x14
                4     conv2d filters=16 kernel=5           16x10x10       2,416  240,000
                5     relu                                 16x10x10
                6     max_pool kernel=2                      16x5x5
                7     dense units=120                           120      48,120   48,000
                8     relu                                      120
                9     dense units=84                             84      10,164   10,080
                10    relu                                       84
                11    dense units=10                             10         850      840

                parameters   61,706 (241.0 KiB)
                MACs         416,520 an image, forward
                activations  5.2 MiB for a batch of 64, when nothing is fused or freed
                """);
    }

    @Test
    void aResidualBlockIsShownBehindItsParts() {
        assertThat(Cli.line("summary resnet20").out()).containsSubsequence("\n10/body/5 ", "\n10/shortcut ", "\n10 ",
                "residual", "\n11 ")
                .contains("parameters   269,722").contains("1,376 running statistics").doesNotContain("eps=");
    }

    @Test
    void inputAndClassesAreThoseAskedFor() {
        assertThat(Cli.line("summary resnet20 --input 3x64x48 --classes 7 --batch 1").out())
                .contains("images of 3x64x48 and 7 classes")
                .contains("16x64x48").containsPattern("dense units=7 +7 +455 +448");
    }

    /**
     * The plan of a training step, read and found right by hand. After a change of passes or rules that is meant:
     * {@code ./gabor summary lenet5 --plan --device cpu > summary-lenet5-plan.txt} in the resources of this package.
     */
    @Test
    void thePlanOfLenet5IsTheGoldenOne() throws IOException {
        try (var golden = Objects.requireNonNull(SummaryTest.class.getResourceAsStream("summary-lenet5-plan.txt"))) {
            assertThat(Cli.line("summary lenet5 --plan --device cpu").out())
                    .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
