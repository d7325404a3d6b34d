package org.gabor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @Test
    void readsEveryKindOfValueAndItsLine() {
        Json.Obj o = Json.parse("{\"a\": [1, -2.5e3, true],\n \"b\": {\"c\": \"x\\n\\u00e9\"},\n \"d\": null}").object("it");
        assertThat(o.get("a").orElseThrow().array("a").get(1).number("a")).isEqualTo(-2500);
        assertThat(o.get("b").orElseThrow().object("b").get("c").orElseThrow().string("c")).isEqualTo("x\né");
        assertThat(o.get("d").orElseThrow()).isEqualTo(new Json.Null(3));
    }

    @Test
    void whatIsWrittenReadsBackToTheLastBit() {
        for (double d : new double[] {0.1, 1e-5, -1.0 / 3, Double.MIN_VALUE, Double.MAX_VALUE, 5e-4})
            assertThat(Json.parse(Json.of(d).text()).number("d")).isEqualTo(d);
        String text = Json.of(Map.of("k", List.of("\"\\\t\u0001", true, 7L))).text();
        assertThat(text).isEqualTo("{\"k\": [\"\\\"\\\\\\t\\u0001\", true, 7]}");
        assertThat(Json.parse(text).text()).isEqualTo(text);
    }

    @Test
    void prettyKeepsShortValuesOnOneLine() {
        Json value = Json.of(Map.of("list", java.util.Collections.nCopies(40, 12345)));
        assertThat(value.pretty()).startsWith("{\n  \"list\": [\n    12345,\n").endsWith("\n  ]\n}\n");
        assertThat(Json.of(List.of(1, 2)).pretty()).isEqualTo("[1, 2]\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": 1,}          | line 1: a name in quotes was expected
            [1 2]              | line 1: ',' was expected, got '2'
            {"a": 1, "a": 2}   | line 1: the name "a" stands twice
            01                 | line 1: a value was expected, got '01'
            nul                | line 1: a value was expected, got 'n'
            "abc               | line 1: a string is not closed
            "\\x"              | line 1: \\x is no escape
            [1]]               | line 1: nothing may follow the value, got ']'
            1e999999           | line 1: a value was expected, got '1e999999'
            ``                 | line 1: the text ends where a value was expected
            """)
    void refusesWhatIsNoJsonAndSaysWhere(String text, String message) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(Json.SyntaxException.class).hasMessage(message);
    }

    @Test
    void refusesNestingThatWouldExhaustTheStack() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).hasMessage("line 1: nested deeper than 200");
    }

    @Test
    void saysWhatWasExpected() {
        assertThatThrownBy(() -> Json.parse("{\"n\":\n 1.5}").object("it").get("n").orElseThrow().integer("epochs"))
                .hasMessage("line 2: epochs must be a whole number, got 1.5");
    }
}
