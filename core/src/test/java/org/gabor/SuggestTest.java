package org.gabor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestTest {
    private static final List<String> KNOWN = List.of("lenet5", "lenet5-tanh", "resnet20", "resnet20-b");

    @ParameterizedTest
    @CsvSource({"lenet, lenet5", "LeNet5, lenet5", "lent5, lenet5", "elnet5, lenet5", "resnet2o, resnet20",
            "resnet20b, resnet20", "lenet5tanh, lenet5-tanh"})
    void aMistypedNameLeadsToTheNearest(String got, String meant) {
        assertThat(Suggest.closest(got, KNOWN)).contains(meant);
    }

    @Test
    void neighboursSwappedCountAsOneMistake() {
        assertThat(Suggest.closest("sdg", List.of("adam", "sgd"))).contains("sgd");
        assertThat(Suggest.closest("dsg", List.of("adam", "sgd"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"vgg16", "x", "''", "transformer"})
    void aNameFarFromAllLeadsNowhere(String got) {
        assertThat(Suggest.closest(got, KNOWN)).isEmpty();
    }

    @Test
    void theTextNamesTheMistakeTheGuessAndTheChoice() {
        assertThat(Suggest.unknown("model", "lenet6", List.of("lenet5", "resnet20")))
                .isEqualTo("unknown model 'lenet6'; did you mean 'lenet5'? Known: lenet5, resnet20");
        assertThat(Suggest.unknown("model", "vgg", List.of("lenet5")))
                .isEqualTo("unknown model 'vgg'. Known: lenet5");
    }
}
