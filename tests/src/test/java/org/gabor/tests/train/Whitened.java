package org.gabor.tests.train;

import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.stream.IntStream;
import org.gabor.compile.Compiler;
import org.gabor.data.Dataset;
import org.gabor.graph.Graph;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.nn.Scope;
import org.gabor.spi.Backend;
import org.gabor.spi.Executable;
import org.gabor.spi.Tensor;
import org.gabor.train.Preprocessing;

/** A data set as a network sees it: its mean and covariance after preprocessing, computed on a backend. */
final class Whitened {
    private final double[] mean;
    private final double[][] covariance;

    private Whitened(double[] mean, double[][] covariance) {
        this.mean = mean;
        this.covariance = covariance;
    }

    double[] mean() { return mean; }

    double[][] covariance() { return covariance; }

    /** Of all images, {@code batch} at a time, which must divide their number. */
    static Whitened of(Dataset data, Preprocessing.Fitted input, Backend backend, int batch) {
        int d = data.imageBytes(), n = data.size();
        var g = new Graph();
        var scope = new Scope(g, false);
        Node y = input.scaling().apply(scope,
                g.input("images", TensorType.u8(batch, data.channels(), data.height(), data.width()))).flatten();
        g.output("y", y);
        g.output("products", y.matmul(y, true, false));
        var bindings = new LinkedHashMap<String, Tensor>();
        scope.declared().forEach((name, p) -> {
            Tensor t = backend.allocate(p.node().type());
            t.set(Objects.requireNonNull(input.tensors().get(name)).floats());
            bindings.put(name, t);
        });
        try (Executable e = backend.compile(Compiler.plan(g, backend.rules()), bindings)) {
            double[] sum = new double[d];
            double[][] products = new double[d][d];
            byte[] images = new byte[batch * d];
            for (int from = 0; from < n; from += batch) {
                for (int i = 0; i < batch; i++) data.image(from + i, images, i * d);
                Objects.requireNonNull(e.inputs().get("images")).set(images);
                e.run();
                float[] values = Objects.requireNonNull(e.outputs().get("y")).floats();
                for (int i = 0; i < values.length; i++) sum[i % d] += values[i];
                float[] some = Objects.requireNonNull(e.outputs().get("products")).floats();
                IntStream.range(0, d).parallel().forEach(i -> {
                    for (int j = 0; j < d; j++) products[i][j] += some[i * d + j];
                });
            }
            for (int i = 0; i < d; i++) sum[i] /= n;
            for (int i = 0; i < d; i++) for (int j = 0; j < d; j++) products[i][j] = products[i][j] / n - sum[i] * sum[j];
            return new Whitened(sum, products);
        } finally {
            bindings.values().forEach(Tensor::close);
        }
    }

    /** The largest difference from what the covariance should be. */
    double distance(double[][] expected) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++)
            for (int j = 0; j < expected.length; j++)
                worst = Math.max(worst, Math.abs(covariance[i][j] - expected[i][j]));
        return worst;
    }
}
