package org.gabor.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gabor.UsageException;
import org.gabor.graph.Node;
import org.gabor.io.Json;
import org.gabor.models.Models;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryTest {
    /** A layer that a user might write. */
    public record Twice() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.plus(x); }
    }

    @Test
    void everyModelSurvivesTheWayToJsonAndBack() {
        for (var a : Models.all()) {
            Json json = Models.builder(a.name()).build().toJson(Registry.STANDARD);
            ModelSpec back = ModelSpec.fromJson(Json.parse(json.pretty()), a.name(), Registry.STANDARD);
            assertThat(back.toJson(Registry.STANDARD)).isEqualTo(json);
        }
    }

    @Test
    void attributesWithADefaultMayBeLeftOut() {
        Layer layer = Registry.STANDARD.fromJson(
                Json.parse("{\"layer\": \"conv2d\", \"filters\": 6, \"kernel\": 5}"), "net.json");
        assertThat(Registry.STANDARD.toJson(layer))
                .isEqualTo(Registry.STANDARD.toJson(Conv2d.of(6, 5)));
        assertThat(Registry.describe(layer)).isEqualTo("conv2d filters=6 kernel=5");
    }

    /** Every notation of one network, and what it stands for. */
    @Test
    void shortNotationsStandForTheLongOne() {
        Json brief = Json.parse("""
                [{"conv2d": {"filters": 6, "kernel": [5, 3], "padding": "same"}}, "relu", {"max_pool": 2},
                 {"residual": {"batch_norm": {}}}, {"branches": ["identity", {"crelu": null}]}, {"dense": 10}]""");
        String same = ", \"stride\": 1, \"padding\": \"same\", \"dilation\": 1, \"groups\": 1, "
                + "\"bias\": true, \"init\": \"he_normal\"";
        assertThat(Registry.STANDARD.toJson(Registry.STANDARD.fromJson(brief, "x")).text()).startsWith(
                "{\"layer\": \"sequential\", \"layers\": [{\"layer\": \"conv2d\", \"filters\": 6, \"kernel\": [5, 3]" + same
                        + "}, {\"layer\": \"relu\"}, {\"layer\": \"max_pool\", \"kernel\": 2, \"stride\": 0")
                .contains("{\"layer\": \"residual\", \"body\": {\"layer\": \"batch_norm\", ")
                .contains("\"branches\": [{\"layer\": \"identity\"}, {\"layer\": \"crelu\"}]")
                .endsWith("\"init\": \"he_normal\"}]}");
    }

    @Test
    void aLayerThatIsNotRegisteredCannotBeSavedAndTheErrorSaysHowTo() {
        assertThatThrownBy(() -> Registry.STANDARD.toJson(new Twice())).isInstanceOf(UsageException.class)
                .hasMessageContaining("Registry.STANDARD.with(\"its_name\", Twice.class)");
        Registry mine = Registry.STANDARD.with("twice", Twice.class);
        assertThat(mine.fromJson(mine.toJson(new Twice()), "x")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"layer": "conv2", "filters": 1} | net.json, line 2: unknown layer 'conv2'; did you mean 'conv2d'?
            {"layer": "conv2d", "filters": 6} | net.json, line 2: conv2d has no kernel
            {"layer": "conv2d", "filter": 6} | net.json, line 2: conv2d: unknown attribute 'filter'; did you mean 'filters'?
            {"layer": "conv2d", "filters": 0, "kernel": 3} | net.json, line 2: conv2d: filters must be at least 1, got 0
            {"layer": "conv2d", "filters": 6.5, "kernel": 3} | net.json, line 2: conv2d: filters must be a whole number, got 6.5
            {"layer": "dense", "units": 6, "init": "he_norml"} | net.json, line 2: unknown dense: init 'he_norml'; did you mean
            {"filters": 6, "kernel": 5} | net.json, line 2: a layer has no name
            {"layer": "sequential", "layers": 3} | net.json, line 2: sequential: layers must be a list, got 3
            {"layer": "batch_norm", "momentum": 2} | net.json, line 2: batch_norm: momentum must be above 0 and at most 1, got 2.0
            [1] | net.json, line 2: a layer must be an object, got 1
            {"relu": {"slope": 1}} | net.json, line 2: relu: unknown attribute 'slope'
            {"max_pool": {"kernel": [2]}} | net.json, line 2: max_pool: kernel must be a number or [rows, columns], got [2]
            {"conv2d": {"filters": 1, "kernel": 3, "padding": "sam"}} | net.json, line 2: conv2d: padding must be a number
            """)
    void mistakesInADescriptionNameFileAndLine(String layer, String message) {
        assertThatThrownBy(() -> Registry.STANDARD.fromJson(Json.parse("\n" + layer), "net.json"))
                .isInstanceOf(UsageException.class).hasMessageStartingWith(message);
    }

    @Test
    void aLayerThatDoesNotFitIsNamedWithFileAndLine() {
        String net = """
                {"name": "n", "input": [1, 8, 8], "classes": 10, "network": {"layer": "sequential", "layers": [
                  {"layer": "conv2d", "filters": 6, "kernel": 5},
                  {"layer": "conv2d", "filters": 6, "kernel": 5}]}}
                """;
        assertThatThrownBy(() -> ModelSpec.fromJson(Json.parse(net), "net.json", Registry.STANDARD))
                .isInstanceOf(UsageException.class)
                .hasMessage("net.json, line 3: layer n/2 (conv2d filters=6 kernel=5) on f32 2x6x4x4: Conv2d: kernel 5x5 does"
                        + " not fit into an image of 4x4");
    }

    @Test
    void aModelWithTheWrongNumberOfScoresIsRefused() {
        assertThatThrownBy(() -> new ModelSpec("n", 1, 8, 8, 10, new Dense(9, true, Init.HE_NORMAL)))
                .hasMessageContaining("n gives 2x9 for 2x1x8x8, expected 2x10");
    }
}
