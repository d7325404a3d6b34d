package org.gabor.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.gabor.DataException;

/** Folders that hold data. */
final class Folders {
    private Folders() {
    }

    /** Fails unless {@code dir} is a folder. */
    static void check(Path dir) {
        if (!Files.isDirectory(dir)) {
            throw new DataException(Files.exists(dir)
                    ? dir + " is a file; name the folder that holds the data."
                    : "folder " + dir + " does not exist (looked for at " + dir.toAbsolutePath().normalize() + ").");
        }
    }

    /** What {@code dir} holds, hidden files left out, in the order of the names' UTF-16 units. */
    static List<Path> list(Path dir) {
        try (Stream<Path> entries = Files.list(dir)) {
            return entries.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted((a, b) -> a.getFileName().toString().compareTo(b.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new DataException("cannot list the folder " + dir + ": " + e.getMessage(), e);
        }
    }
}
