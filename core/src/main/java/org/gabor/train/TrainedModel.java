package org.gabor.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.gabor.Gabor;
import org.gabor.ModelFileException;
import org.gabor.UsageException;
import org.gabor.graph.Criterion;
import org.gabor.io.Json;
import org.gabor.io.Safetensors;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Registry;
import org.gabor.optim.Criteria;

/**
 * A model with its weights, in the host's memory: what a checkpoint holds. The file is a valid safetensors file; its
 * metadata describes network, classes and scaling, so that it can be used without anything else.
 *
 * @param spec the network
 * @param classes names of the classes in the order of the scores
 * @param scaling how pixels become numbers
 * @param criterion the loss it was trained with
 * @param tensors weights, running statistics and, to continue a training, optimizer state, by name
 * @param info how it came about: configuration and step, for people and for the record
 */
public record TrainedModel(ModelSpec spec, List<String> classes, Scaling scaling, Criterion criterion,
        Map<String, Safetensors.Data> tensors,
        Map<String, String> info) {
    private static final String FORMAT = "gabor-1", ENGINE = "engine";

    public TrainedModel {
        classes = List.copyOf(classes);
        tensors = Map.copyOf(tensors);
        info = Map.copyOf(info);
    }

    /** The version of Gabor that saved it, if it was loaded from a file that tells. */
    public Optional<String> engine() { return Optional.ofNullable(info.get(ENGINE)); }

    /** The mean of the pixels that it learned from, 0 to 255, if its {@link Preprocessing} has found it. */
    public OptionalDouble brightness() { return scaling.brightness(tensors); }

    /**
     * Writes the model; layers must be those of {@link Registry#STANDARD}.
     *
     * @throws org.gabor.WriteException if the file cannot be written; an old one is then as it was
     */
    public void save(Path file) { save(file, Registry.STANDARD); }

    /**
     * Writes the model.
     *
     * @throws UsageException if a layer is not registered
     * @throws org.gabor.WriteException if the file cannot be written; an old one is then as it was
     */
    public void save(Path file, Registry registry) {
        var metadata = new LinkedHashMap<>(info);
        metadata.put("format", FORMAT);
        metadata.put(ENGINE, Gabor.version());
        metadata.put("model", spec.toJson(registry).text());
        metadata.put("classes", Json.of(classes).text());
        metadata.put("loss", Criteria.toJson(criterion).text());
        metadata.put("scaling", Json.of(List.of(scaling.scale(), scaling.shift(), scaling.kind().label())).text());
        new Safetensors(metadata, tensors).write(file);
    }

    /**
     * Reads a model whose layers are those of {@link Registry#STANDARD}.
     *
     * @throws ModelFileException naming the file and what is wrong with it
     */
    public static TrainedModel load(Path file) { return load(file, Registry.STANDARD); }

    /**
     * Reads a model.
     *
     * @throws ModelFileException naming the file and what is wrong with it
     */
    public static TrainedModel load(Path file, Registry registry) {
        Safetensors content = Safetensors.read(file);
        var info = new LinkedHashMap<>(content.metadata());
        String format = info.remove("format");
        boolean sealed = info.remove(Safetensors.DIGEST) != null;
        if (!FORMAT.equals(format))
            throw new ModelFileException(
                    file + " is a safetensors file, but not a model saved by Gabor (format " + format
                            + ", expected " + FORMAT + ")");
        if (!sealed)
            throw new ModelFileException(file + " has lost its checksum: the file is damaged; use another checkpoint");
        try {
            ModelSpec spec = ModelSpec.fromJson(Json.parse(take(info, "model", file)), file.toString(), registry);
            List<String> classes = Json.parse(take(info, "classes", file)).array("classes").stream()
                    .map(c -> c.string("a class")).toList();
            List<Json> scaling = Json.parse(take(info, "scaling", file)).array("scaling");
            if (classes.size() != spec.classes() || scaling.size() != 3)
                throw new ModelFileException(file + ": its description does not fit together; the file is damaged");
            var input = new Scaling(numbers(scaling.get(0)), numbers(scaling.get(1)),
                    Preprocessing.named(scaling.get(2).string("scaling")));
            return new TrainedModel(spec, classes, input,
                    Criteria.fromJson(Json.parse(take(info, "loss", file))), content.tensors(), info);
        } catch (UsageException | Json.SyntaxException e) {
            throw new ModelFileException(file + ": its description of the network cannot be read: " + e.getMessage(),
                    e);
        }
    }

    private static List<Double> numbers(Json list) {
        var numbers = new ArrayList<Double>();
        for (Json v : list.array("scaling")) numbers.add(v.number("scaling"));
        return numbers;
    }

    private static String take(Map<String, String> info, String key, Path file) {
        String value = info.remove(key);
        if (value == null)
            throw new ModelFileException(file + " has no description of its " + key + "; the file is damaged");
        return value;
    }
}
