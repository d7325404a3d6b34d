package org.gabor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** Which Gabor this is. */
public final class Gabor {
    private static final String VERSION = read();

    private Gabor() {}

    /** The version that the build gave it: {@code 0.1.0}. */
    public static String version() { return VERSION; }

    private static String read() {
        try (InputStream in = Gabor.class.getResourceAsStream("version.properties")) {
            var properties = new Properties();
            properties.load(Objects.requireNonNull(in, "version.properties lies beside this class"));
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
