package org.gabor.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The real data that some tests read: the folder named by the system property {@code gabor.test.data}. */
final class TestData {
    private TestData() {
    }

    /** A folder of it; the test is skipped if there is none. */
    static Path folder(String name) {
        String root = System.getProperty("gabor.test.data");
        assumeTrue(root != null, "skipped: the system property gabor.test.data does not name the folder of real data");
        Path folder = Path.of(root).resolve(name);
        assumeTrue(Files.isDirectory(folder), "skipped: no folder " + name + " in gabor.test.data");
        return folder;
    }
}
