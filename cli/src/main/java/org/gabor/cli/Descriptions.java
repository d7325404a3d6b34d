package org.gabor.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.gabor.UsageException;
import org.gabor.io.Json;

/** Files that a person writes: networks and settings of runs, in YAML or JSON. */
final class Descriptions {
    private Descriptions() {}

    /**
     * Reads a file, as JSON if it is called so, else as YAML.
     *
     * @param what what is expected in it, for errors
     * @throws UsageException naming file and line
     */
    static Json.Obj object(Path file, String what) {
        String text = text(file);
        return at(file, () -> (file.toString().endsWith(".json") ? Json.parse(text) : Yaml.parse(text)).object(what));
    }

    /** What {@code read} gives; its errors get the name of the file. */
    static <T> T at(Path file, Supplier<T> read) {
        try {
            return read.get();
        } catch (Json.SyntaxException e) {
            throw new UsageException(file + ", " + e.getMessage(), e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new UsageException(file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new UsageException(file + " is no text in UTF-8", e);
        } catch (IOException e) {
            throw new UsageException("cannot read " + file + ": " + e, e);
        }
    }
}
