package org.gabor.cuda.load;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;
import org.gabor.DeviceException;
import org.jspecify.annotations.Nullable;

/**
 * Folders in which NVIDIA's libraries are looked for, the first that has one wins: those that the user names, the
 * toolkit's, those of Python packages. What none of them has is left to the system's loader.
 *
 * @param named   from {@code -Dgabor.cuda.path} and {@code GABOR_CUDA_PATH}
 * @param folders all, the named ones first
 */
record SearchPath(List<Path> named, List<Path> folders) {
    private static final String PROPERTY = "gabor.cuda.path", VARIABLE = "GABOR_CUDA_PATH";

    /** The path of this process. */
    static SearchPath ofThisProcess() {
        return of(System.getProperty(PROPERTY), System.getenv(), Path.of("/"));
    }

    /**
     * @param property    value of {@code gabor.cuda.path}
     * @param environment variables
     * @param root        of the file system; another one in tests
     * @throws DeviceException if a named folder does not exist
     */
    static SearchPath of(@Nullable String property, Map<String, String> environment, Path root) {
        SequencedSet<Path> folders = new LinkedHashSet<>();
        named("-D" + PROPERTY, property, folders);
        named(VARIABLE, environment.get(VARIABLE), folders);
        List<Path> named = List.copyOf(folders);
        for (String home : List.of("CUDA_HOME", "CUDA_PATH")) toolkit(environment.get(home), folders);
        toolkits(root.resolve("usr/local"), folders);
        for (Path prefix : pythons(environment, root)) wheels(prefix, folders);
        return new SearchPath(named, List.copyOf(folders));
    }

    private static void named(String source, @Nullable String value, SequencedSet<Path> folders) {
        if (value == null || value.isEmpty()) return;
        for (String part : value.split(":")) {
            Path folder = Path.of(part);
            if (!Files.isDirectory(folder)) throw new DeviceException(source + " names " + part
                    + ", which is not a folder; name those that hold libcudnn.so.9 and libcublas.so.12 or .13, with : between");
            add(folder, folders);
            add(folder.resolve("lib64"), folders);
            add(folder.resolve("lib"), folders);
        }
    }

    private static void toolkit(@Nullable String home, SequencedSet<Path> folders) {
        if (home == null || home.isEmpty()) return;
        add(Path.of(home, "lib64"), folders);
        add(Path.of(home, "lib"), folders);
        add(Path.of(home, "targets/x86_64-linux/lib"), folders);
    }

    /** {@code /usr/local/cuda}, which people point at the one they want, then the others, the newest first. */
    private static void toolkits(Path local, SequencedSet<Path> folders) {
        toolkit(local.resolve("cuda").toString(), folders);
        list(local, "cuda-*").stream().sorted(Comparator.comparingInt(SearchPath::version).reversed())
                .forEach(home -> toolkit(home.toString(), folders));
    }

    /** {@code cuda-12.6} as 12006. */
    private static int version(Path toolkit) {
        String[] parts = String.valueOf(toolkit.getFileName()).replaceAll("[^0-9.]", "").split("\\.");
        try {
            return Integer.parseInt(parts[0]) * 1000 + (parts.length > 1 ? Integer.parseInt(parts[1]) : 0);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Where Pythons are installed: the active environment, the one on the PATH, the user's, the system's. */
    private static SequencedSet<Path> pythons(Map<String, String> environment, Path root) {
        SequencedSet<Path> prefixes = new LinkedHashSet<>();
        for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX"))
            Optional.ofNullable(environment.get(variable)).map(Path::of).ifPresent(prefixes::add);
        for (String folder : environment.getOrDefault("PATH", "").split(":")) {
            Path python = Path.of(folder, "python3");
            if (folder.isEmpty() || !Files.isExecutable(python)) continue;
            Optional.ofNullable(Path.of(folder).getParent()).ifPresent(prefixes::add);
            prefix(python).ifPresent(prefixes::add);
        }
        Optional.ofNullable(environment.get("HOME")).map(home -> Path.of(home, ".local")).ifPresent(prefixes::add);
        for (String prefix : List.of("usr/local", "usr", "opt/conda")) prefixes.add(root.resolve(prefix));
        return prefixes;
    }

    /** {@code /opt/python} of a link to {@code /opt/python/bin/python3.12}. */
    private static Optional<Path> prefix(Path python) {
        try {
            return Optional.ofNullable(python.toRealPath().getParent()).map(Path::getParent);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void wheels(Path prefix, SequencedSet<Path> folders) {
        for (Path python : list(prefix.resolve("lib"), "python3*"))
            for (String packages : List.of("site-packages", "dist-packages"))
                for (Path part : list(python.resolve(packages).resolve("nvidia"), "*")) add(part.resolve("lib"), folders);
    }

    private static List<Path> list(Path folder, String glob) {
        var found = new ArrayList<Path>();
        if (!Files.isDirectory(folder)) return found;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(found::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return List.of();
        }
        found.sort(Comparator.reverseOrder());
        return found;
    }

    private static void add(Path folder, SequencedSet<Path> folders) {
        if (Files.isDirectory(folder)) folders.add(folder);
    }

    /** The first file of this name. */
    Optional<Path> find(String file) { return candidates(folders, file); }

    /** The first file of this name in a folder that the user names. */
    Optional<Path> findNamed(String file) { return candidates(named, file); }

    private static Optional<Path> candidates(List<Path> folders, String file) {
        return folders.stream().map(folder -> folder.resolve(file)).filter(Files::isRegularFile).findFirst();
    }

    /** Files whose names begin so, to tell what is there instead. */
    Stream<Path> similar(String prefix) { return folders.stream().flatMap(folder -> list(folder, prefix + "*").stream()); }
}
