package org.gabor.data;

/**
 * A kind of data set that {@link Datasets#open} knows.
 *
 * @param name        the word before the colon
 * @param argument    what stands after the colon, or empty if nothing does
 * @param description one line for a list
 */
public record DatasetKind(String name, String argument, String description) {
    /** How it is written, for example {@code mnist:DIR}. */
    public String spec() {
        return argument.isEmpty() ? name : name + ":" + argument;
    }
}
