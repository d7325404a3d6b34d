package org.gabor.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gabor.UsageException;

/** Lengths of time as they are typed: {@code 90s}, {@code 1.5h}; a number alone counts seconds. */
final class Times {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)(ms|s|m|h|d)?");
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private Times() {}

    /**
     * Reads a length of time.
     *
     * @throws UsageException if it is none
     */
    static Duration parse(String text) {
        Matcher time = TIME.matcher(text);
        if (!time.matches())
            throw new UsageException("'" + text + "' is no length of time; expected a number and ms, s, m, h or d, such as 90s");
        long unit = Objects.requireNonNull(MILLIS.get(Objects.requireNonNullElse(time.group(2), "s")));
        return Duration.ofMillis(new BigDecimal(time.group(1)).multiply(BigDecimal.valueOf(unit)).longValue());
    }
}
