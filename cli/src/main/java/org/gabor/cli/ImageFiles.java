package org.gabor.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.gabor.DataException;
import org.gabor.UsageException;
import org.gabor.data.Images;

/** Finds the image files that arguments name. */
final class ImageFiles {
    private ImageFiles() {}

    /**
     * The files of all arguments: a file itself, the images in a folder and below, the files that match a pattern; of
     * one argument in the order of their names.
     *
     * @throws DataException if an argument names nothing
     */
    static List<Path> find(List<String> arguments) {
        return arguments.stream().flatMap(a -> find(a).stream()).toList();
    }

    private static List<Path> find(String argument) {
        Path path = Path.of(argument);
        if (Files.isRegularFile(path)) return List.of(path);
        if (Files.isDirectory(path))
            return walk(path, Images::isImage, argument + " holds no image (.jpg, .png, .bmp, .gif)");
        if (!argument.matches(".*[*?\\[{].*"))
            throw new DataException(argument + " does not exist; name an image, a folder or a pattern");
        PathMatcher matcher = matcher(argument);
        return walk(fixedPart(argument), matcher::matches, argument + " matches no file");
    }

    private static PathMatcher matcher(String pattern) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        } catch (PatternSyntaxException e) {
            throw new UsageException("'" + pattern + "' is neither a file nor a pattern: " + e.getDescription(), e);
        }
    }

    /** The folders of a pattern before the first one with a wildcard. */
    private static Path fixedPart(String pattern) {
        int end = pattern.replaceFirst("[*?\\[{].*", "").lastIndexOf('/');
        return end < 0 ? Path.of("") : Path.of(pattern.substring(0, Math.max(1, end)));
    }

    private static List<Path> walk(Path folder, Predicate<Path> wanted, String nothing) {
        if (!Files.isDirectory(folder)) throw new DataException(nothing);
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> found = files.filter(wanted).filter(Files::isRegularFile).sorted().toList();
            if (found.isEmpty()) throw new DataException(nothing);
            return found;
        } catch (IOException | UncheckedIOException e) {
            throw new DataException("cannot list " + folder + ": " + e, e);
        }
    }
}
