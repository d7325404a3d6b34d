package org.gabor.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.gabor.compile.Compiler;
import org.gabor.data.Images;
import org.gabor.spi.Executable;

/** Names what images show. Thread-safe: calls wait for each other. */
public final class Classifier implements AutoCloseable {
    /** Batch sizes that are compiled when they are first needed; a smaller batch is filled up. */
    private static final List<Integer> BATCHES = List.of(1, 16, 64);

    private final TrainedModel model;
    private final Device device;
    private final Parameters parameters;
    private final Map<Integer, Executable> executables = new TreeMap<>();

    private Classifier(TrainedModel model, Device device) {
        this.model = model;
        this.device = device;
        var graph = InferenceGraph.prediction(model.spec(), model.scaling(), 1);
        this.parameters = Parameters.forInference(device.backend(), graph.declared());
        this.parameters.copyIn(model.tensors());
    }

    /** A classifier of a model; the device stays open when it is closed. */
    public static Classifier of(TrainedModel model, Device device) { return new Classifier(model, device); }

    /**
     * A classifier of a saved model.
     *
     * @throws org.gabor.ModelFileException if the file is no model
     */
    public static Classifier load(Path file, Device device) { return of(TrainedModel.load(file), device); }

    /** The model. */
    public TrainedModel model() { return model; }

    /**
     * The {@code top} most probable classes of an image, the most probable first.
     *
     * @throws org.gabor.DataException if the file is no image
     */
    public List<Prediction> classify(Path image, int top) { return classify(List.of(image), top).getFirst(); }

    /**
     * The {@code top} most probable classes of each image.
     *
     * @throws org.gabor.DataException if a file is no image
     */
    public List<List<Prediction>> classify(List<Path> images, int top) {
        var spec = model.spec();
        var pixels = images.stream().map(p -> Images.read(p, spec.channels(), spec.height(), spec.width())).toList();
        return classifyPixels(pixels, top);
    }

    /** The {@code top} most probable classes of each image given as unsigned bytes in c, h, w order. */
    public synchronized List<List<Prediction>> classifyPixels(List<byte[]> images, int top) {
        var results = new ArrayList<List<Prediction>>();
        int from = 0;
        while (from < images.size()) {
            int left = images.size() - from;
            int batch = BATCHES.stream().filter(b -> b >= left).findFirst().orElse(BATCHES.getLast());
            List<byte[]> part = images.subList(from, Math.min(images.size(), from + batch));
            float[] p = probabilities(part, batch);
            for (int i = 0; i < part.size(); i++) results.add(top(p, i, top));
            from += part.size();
        }
        return results;
    }

    private float[] probabilities(List<byte[]> images, int batch) {
        Executable e = executables.computeIfAbsent(batch, this::compile);
        int bytes = model.spec().channels() * model.spec().height() * model.spec().width();
        var pixels = new byte[batch * bytes];
        for (int i = 0; i < images.size(); i++) {
            if (images.get(i).length != bytes)
                throw new IllegalArgumentException("an image of " + images.get(i).length + " bytes, expected " + bytes);
            System.arraycopy(images.get(i), 0, pixels, i * bytes, bytes);
        }
        Objects.requireNonNull(e.inputs().get("images")).set(pixels);
        e.run();
        return Objects.requireNonNull(e.outputs().get("probabilities")).floats();
    }

    private Executable compile(int batch) {
        var graph = InferenceGraph.prediction(model.spec(), model.scaling(), batch).graph();
        var backend = device.backend();
        return backend.compile(Compiler.plan(graph, backend.rules()), parameters.bindings());
    }

    private List<Prediction> top(float[] probabilities, int image, int count) {
        int classes = model.classes().size();
        return IntStream.range(0, classes)
                .mapToObj(c -> new Prediction(c, model.classes().get(c), probabilities[image * classes + c]))
                .sorted(Comparator.comparingDouble(Prediction::probability).reversed()).limit(count).toList();
    }

    @Override
    public synchronized void close() {
        executables.values().forEach(Executable::close);
        executables.clear();
        parameters.close();
    }
}
