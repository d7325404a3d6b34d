package org.gabor.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.gabor.io.Json;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * YAML 1.2 as far as JSON goes: mappings with different names, lists, strings, finite numbers, true, false, null. No tag
 * ever makes an object, an anchor stands for what it names but not for itself, and neither depth nor the number of
 * values is without end.
 */
final class Yaml {
    private static final int MAX_DEPTH = 200, MAX_VALUES = 100_000;

    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private int values;

    private Yaml() {}

    /**
     * Reads the one value of a text.
     *
     * @throws Json.SyntaxException with the line, if it is no YAML, or has no counterpart in JSON
     */
    static Json parse(String text) {
        LoadSettings settings = LoadSettings.builder().setSchema(new CoreSchema()).setAllowNonScalarKeys(true).build();
        try {
            checkDepth(new Parse(settings).parseString(text));
            Node root = new Compose(settings).composeString(text)
                    .orElseThrow(() -> new Json.SyntaxException(1, "there is nothing in it"));
            return new Yaml().value(root);
        } catch (MarkedYamlEngineException e) {
            throw new Json.SyntaxException(line(e.getProblemMark().or(e::getContextMark)),
                    "this is no YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new Json.SyntaxException(1, "this is no YAML: " + e.getMessage());
        }
    }

    /** The composer recurses, and would exhaust the stack. */
    private static void checkDepth(Iterable<Event> events) {
        int depth = 0;
        for (Event e : events) {
            if (e instanceof CollectionEndEvent) depth--;
            if (e instanceof CollectionStartEvent && ++depth > MAX_DEPTH)
                throw new Json.SyntaxException(line(e.getStartMark()), "nested deeper than " + MAX_DEPTH);
        }
    }

    private Json value(Node node) {
        int line = line(node.getStartMark());
        if (++values > MAX_VALUES)
            throw new Json.SyntaxException(line, "more than " + MAX_VALUES + " values, those behind anchors counted");
        if (!open.add(node)) throw new Json.SyntaxException(line, "this contains itself");
        if (open.size() > MAX_DEPTH) throw new Json.SyntaxException(line, "nested deeper than " + MAX_DEPTH);
        Json json = switch (node) {
            case MappingNode m when m.getTag().equals(Tag.MAP) -> mapping(m, line);
            case SequenceNode s when s.getTag().equals(Tag.SEQ) -> {
                var items = new ArrayList<Json>();
                s.getValue().forEach(item -> items.add(value(item)));
                yield new Json.Arr(items, line);
            }
            case ScalarNode s -> scalar(s, line);
            default -> throw noJson(node, line);
        };
        open.remove(node);
        return json;
    }

    private Json.Obj mapping(MappingNode node, int line) {
        var members = new LinkedHashMap<String, Json>();
        for (NodeTuple pair : node.getValue()) {
            int at = line(pair.getKeyNode().getStartMark());
            if (!(pair.getKeyNode() instanceof ScalarNode key))
                throw new Json.SyntaxException(at, "a name must be a word, no list and no mapping");
            if (members.put(key.getValue(), value(pair.getValueNode())) != null)
                throw new Json.SyntaxException(at, "the name \"" + key.getValue() + "\" stands twice");
        }
        return new Json.Obj(members, line);
    }

    private static Json scalar(ScalarNode node, int line) {
        Tag tag = node.getTag();
        if (tag.equals(Tag.STR)) return new Json.Str(node.getValue(), line);
        if (tag.equals(Tag.NULL)) return new Json.Null(line);
        if (tag.equals(Tag.BOOL)) return new Json.Bool(node.getValue().toLowerCase(Locale.ROOT).equals("true"), line);
        if (!tag.equals(Tag.INT) && !tag.equals(Tag.FLOAT)) throw noJson(node, line);
        try {
            return new Json.Num(new BigDecimal(node.getValue()), line);
        } catch (NumberFormatException _) {
            throw new Json.SyntaxException(line, "a number must be finite and decimal, got " + node.getValue());
        }
    }

    private static Json.SyntaxException noJson(Node node, int line) {
        return new Json.SyntaxException(line, "the tag " + node.getTag()
                + " is not allowed; there are mappings, lists, strings, numbers, true, false and null");
    }

    private static int line(Optional<Mark> mark) { return mark.map(m -> m.getLine() + 1).orElse(1); }
}
