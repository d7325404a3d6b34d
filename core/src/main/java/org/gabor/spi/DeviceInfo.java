package org.gabor.spi;

import java.util.Map;

/**
 * What a backend runs on.
 *
 * @param summary one line for people: {@code AMD EPYC, 2 threads, Java kernels}
 * @param details further facts in the order they are shown
 * @param simulated whether it only stands in for a device in tests, so that its times are no speeds
 */
public record DeviceInfo(String summary, Map<String, String> details, boolean simulated) {
    /** A real one. */
    public DeviceInfo(String summary, Map<String, String> details) {
        this(summary, details, false);
    }
}
