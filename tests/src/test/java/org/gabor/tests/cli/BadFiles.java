package org.gabor.tests.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes files that are wrong, each in a folder of its own, and collects the commands that meet them. */
abstract class BadFiles {
    /** An empty folder to make them in. */
    final Path dir;
    private final String prefix;
    private final List<BadInput> all = new ArrayList<>();

    /** All folders that are made in {@code dir} begin with {@code prefix}. */
    BadFiles(Path dir, String prefix) {
        this.dir = dir;
        this.prefix = prefix;
    }

    /** A data set that cannot be read. */
    final void show(String name, String data, String place) { add(name, 3, place, "data", "show", data); }

    /** A command that must end with this code and name this place. */
    final void add(String name, int exitCode, String place, String... words) {
        all.add(new BadInput(name, List.of(words), exitCode, place));
    }

    /** A new empty folder. */
    final Path folder() {
        try {
            return Files.createTempDirectory(dir, prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The good bytes with one bit turned. */
    static byte[] flip(byte[] good, int at) {
        byte[] bad = good.clone();
        bad[at] ^= 16;
        return bad;
    }

    /** What was collected. */
    final List<BadInput> all() { return all; }
}
