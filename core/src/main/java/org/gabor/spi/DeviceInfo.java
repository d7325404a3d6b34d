package org.gabor.spi;

import java.util.Map;

/**
 * What a backend runs on.
 *
 * @param summary one line for people: {@code AMD EPYC, 2 threads, Java kernels}
 * @param details further facts in the order they are shown
 */
public record DeviceInfo(String summary, Map<String, String> details) {}
