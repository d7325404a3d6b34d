package org.gabor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gabor.DataException;
import org.gabor.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetsTest {
    @Test
    void aMistypedNameGetsASuggestion() {
        assertThatThrownBy(() -> Datasets.open("mnits:data")).isInstanceOf(UsageException.class)
                .hasMessageContainingAll("unknown data set 'mnits'", "did you mean 'mnist'?", "fashion-mnist");
    }

    @Test
    void aFolderThatIsMissingOrTooManyIsExplained() {
        assertThatThrownBy(() -> Datasets.open("mnist")).isInstanceOf(UsageException.class)
                .hasMessageContaining("is written mnist:DIR");
        assertThatThrownBy(() -> Datasets.open("digits:data")).isInstanceOf(UsageException.class)
                .hasMessageContaining("is written digits");
    }

    static List<DatasetKind> kinds() {
        return Datasets.kinds().stream().filter(kind -> !kind.argument().isEmpty()).toList();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyKindWithAFolderSaysWhenTheFolderIsNotThere(DatasetKind kind) {
        assertThatThrownBy(() -> Datasets.open(kind.name() + ":no/such/folder")).isInstanceOf(DataException.class)
                .hasMessageContainingAll("no/such/folder", "does not exist");
    }

    @Test
    void digitsOpenByName() {
        assertThat(Datasets.open("digits").name()).isEqualTo("digits");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.25, 0.5})
    void aSplitHoldsBackTheSamePartOfEachClass(double fraction) {
        Dataset data = Pixels.pattern(600, 3, 2, 2);
        Split split = Datasets.split(data, fraction, 7);
        assertThat(Pixels.countByClass(split.validation())).containsOnly((int) (200 * fraction));
        assertThat(Pixels.countByClass(split.train())).containsOnly((int) (200 * (1 - fraction)));
    }

    @Test
    void aSplitLosesNothingAndDoublesNothing() {
        Dataset data = Datasets.digits(0).test();
        Split split = Datasets.split(data, 0.3, 1);
        Set<String> images = new HashSet<>();
        for (Dataset part : List.of(split.train(), split.validation())) {
            for (int i = 0; i < part.size(); i++) {
                images.add(part.label(i) + Arrays.toString(Pixels.of(part, i)));
            }
        }
        assertThat(images).hasSize(data.size());
        assertThat(split.train().size() + split.validation().size()).isEqualTo(data.size());
    }

    @Test
    void aSplitDependsOnItsSeedAlone() {
        Dataset data = Pixels.pattern(100, 2, 4, 4);
        String validation = Datasets.split(data, 0.2, 5).validation().fingerprint();
        assertThat(Datasets.split(data, 0.2, 5).validation().fingerprint()).isEqualTo(validation);
        assertThat(Datasets.split(data, 0.2, 6).validation().fingerprint()).isNotEqualTo(validation);
    }

    @Test
    void aSplitThatLeavesNothingIsRefused() {
        Dataset data = Pixels.pattern(8, 2, 2, 2);
        for (double fraction : new double[] {0, 1, -0.1, 1.5, Double.NaN}) {
            assertThatThrownBy(() -> Datasets.split(data, fraction, 0)).isInstanceOf(UsageException.class)
                    .hasMessageContaining("got " + fraction);
        }
        assertThatThrownBy(() -> Datasets.split(data, 0.01, 0)).isInstanceOf(UsageException.class)
                .hasMessageContaining("into 8 to train on and 0 to validate");
    }
}
