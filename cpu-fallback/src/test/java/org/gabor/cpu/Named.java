package org.gabor.cpu;

import java.util.Map;
import java.util.Objects;

/** Values by names that are there. */
final class Named {
    private Named() {}

    static <T> T get(Map<String, T> values, String name) { return Objects.requireNonNull(values.get(name), name); }
}
