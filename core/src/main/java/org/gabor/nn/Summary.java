package org.gabor.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.gabor.graph.DType;
import org.gabor.graph.Graph;
import org.gabor.graph.Leaf;
import org.gabor.graph.Node;
import org.gabor.graph.Op;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/**
 * A network layer by layer, with what each costs for one image.
 *
 * @param model its name
 * @param input the image it takes, [c,h,w]
 * @param classes number of outputs
 * @param rows its layers in the order in which they are computed; those that do nothing of their own are left out
 */
public record Summary(String model, Shape input, int classes, List<Row> rows) {
    /**
     * One layer. Layers inside it have rows of their own.
     *
     * @param path where it stands, for example {@code 4/body/1}
     * @param layer its name and attributes
     * @param output shape of its result without the batch axis
     * @param parameters number of trained weights
     * @param statistics values that it keeps but does not train
     * @param macs multiplications, each with its addition, of convolutions and matrix products
     * @param bytes memory of its results when nothing is fused
     */
    public record Row(String path, String layer, Shape output, long parameters, long statistics, long macs,
            long bytes) {}

    public Summary {
        rows = List.copyOf(rows);
    }

    /** The summary of a network. */
    public static Summary of(ModelSpec model) {
        var graph = new Graph();
        var scope = new Scope(graph, false);
        var images = model.images(1);
        Node x = graph.input("images", new TensorType(images.shape(), DType.F32));
        Node y = model.apply(scope, x);
        var layers = new LinkedHashMap<>(scope.layers());
        layers.put("", new Scope.Applied(model.layer(), y));

        var rows = new ArrayList<Row>();
        layers.forEach((path, applied) -> {
            List<Node> own = graph.nodes().stream().filter(n -> n.path().equals(path) && !n.equals(x)).toList();
            if (!own.isEmpty()) rows.add(row(path, applied, own, scope.declared()));
        });
        return new Summary(model.name(), withoutBatch(images.shape()), model.classes(), rows);
    }

    private static Row row(String path, Scope.Applied applied, List<Node> own, Map<String, Scope.Declared> declared) {
        ToLongFunction<Boolean> values = statistic -> own.stream().filter(n -> n.op() instanceof Leaf.Parameter p
                && (Objects.requireNonNull(declared.get(p.name())).kind() == Scope.Kind.STATISTIC) == statistic)
                .mapToLong(n -> n.shape().size()).sum();
        long bytes = own.stream().filter(n -> n.op().storage() == Op.Storage.OWN).mapToLong(n -> n.type().bytes())
                .sum();
        return new Row(path, Registry.describe(applied.layer()), withoutBatch(applied.result().shape()),
                values.applyAsLong(false), values.applyAsLong(true), own.stream().mapToLong(n -> n.op().macs(n)).sum(),
                bytes);
    }

    private static Shape withoutBatch(Shape s) {
        int[] dims = s.dims();
        return Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
    }

    /** Trained weights of all layers. */
    public long parameters() { return sum(Row::parameters); }

    /** Values of all layers that are kept but not trained. */
    public long statistics() { return sum(Row::statistics); }

    /** Multiplications of all layers for one image. */
    public long macs() { return sum(Row::macs); }

    /** Memory of all results for one image when nothing is fused and nothing is freed. */
    public long bytes() { return sum(Row::bytes); }

    private long sum(ToLongFunction<Row> of) { return rows.stream().mapToLong(of).sum(); }
}
