package org.gabor.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.gabor.UsageException;
import org.gabor.data.Augment;
import org.gabor.data.ImageSize;
import org.gabor.io.Json;
import org.gabor.models.Architecture;
import org.gabor.models.Models;
import org.gabor.models.Recipe;
import org.gabor.nn.ModelSpec;
import org.gabor.nn.Registry;
import org.gabor.optim.Adam;
import org.gabor.optim.Schedules;
import org.jspecify.annotations.Nullable;

/**
 * A network as it is named on the command line: one of the literature, or a description in a file.
 *
 * @param name what it is called
 * @param architecture where it is from, if it is one of the literature
 * @param file where it is described, else
 * @param description what stands there
 */
record Network(String name, Optional<Architecture> architecture, Path file, Json.Obj description) {
    /** What a network that nobody wrote a recipe for is trained with: of all optimizers the least particular. */
    private static final Recipe USUAL = new Recipe(Adam.lr(0.001), Schedules.cosine(), 5, 64, Augment.NONE);

    /** True if the word is the name of a file that describes a network. */
    static boolean isFile(String word) { return word.matches(".*\\.(yaml|yml|json)"); }

    /** True if the word names a trained network: a run folder or a checkpoint. */
    static boolean isSaved(String word) { return !isFile(word) && Files.exists(Path.of(word)); }

    /**
     * Finds it.
     *
     * @throws UsageException if there is no network of that name, or the file cannot be read
     */
    static Network of(String word) {
        if (isFile(word)) {
            Path file = Path.of(word);
            Json.Obj description = Descriptions.object(file, "a network");
            String stem = file.getFileName().toString().replaceFirst("\\.[a-z]+$", "");
            String name = description.get("name").map(n -> Descriptions.at(file, () -> n.string("name"))).orElse(stem);
            return new Network(name, Optional.empty(), file, description);
        }
        Architecture a = Models.byName(word);
        return new Network(a.name(), Optional.of(a), Path.of(""), new Json.Obj(new LinkedHashMap<>(), 0));
    }

    /** One that is built. */
    static Network of(ModelSpec spec) {
        return new Network(spec.name(), Optional.empty(), Path.of(spec.name()),
                spec.toJson(Registry.STANDARD).object("a network"));
    }

    /**
     * The network for images and classes; what its file says about them goes before.
     *
     * @throws UsageException if it cannot take such images, or its description is wrong
     */
    ModelSpec build(@Nullable ImageSize size, @Nullable Integer classes) {
        if (architecture.isPresent()) {
            ImageSize in = size == null ? architecture.get().input() : size;
            return Models.builder(name).input(in.channels(), in.height(), in.width())
                    .classes(classes == null ? 10 : classes).build();
        }
        var all = new LinkedHashMap<>(description.members());
        all.putIfAbsent("name", Json.of(name));
        if (size != null)
            all.putIfAbsent("input", Json.of(List.of(size.channels(), size.height(), size.width())));
        if (classes != null) all.putIfAbsent("classes", Json.of(classes));
        return ModelSpec.fromJson(new Json.Obj(all, description.line()), file.toString(), Registry.STANDARD);
    }

    /** How to train a network on images of its size, if nothing else is said. */
    static Recipe recipe(ModelSpec spec) { return recipe(spec.name(), new ImageSize(1, spec.height(), spec.width())); }

    /** How to train it on the images it was made for, if nothing else is said. */
    Recipe recipe() { return recipe(name, architecture.map(Architecture::input).orElse(new ImageSize(1, 32, 32))); }

    private static Recipe recipe(String name, ImageSize size) {
        return Models.all().stream().filter(a -> a.name().equals(name)).findFirst()
                .map(a -> a.recipe(size.height(), size.width())).orElse(USUAL);
    }

    /** A name for folders. */
    String folder() { return name.replaceAll("[^\\w.-]", "_").replaceFirst("^[.-]", "_"); }
}
