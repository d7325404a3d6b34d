package org.gabor.tests.cli;

import java.util.List;

/**
 * A command with something wrong in it.
 *
 * @param name what is wrong
 * @param words the command
 * @param exitCode how it must end
 * @param place what the error must name: a file, an option, a layer
 */
record BadInput(String name, List<String> words, int exitCode, String place) {
    @Override
    public String toString() { return name; }
}
