package org.gabor.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gabor.Gabor;

/** Facts about the machine and the Java beneath, for {@code doctor} and for the record of a run. */
final class Environment {
    private Environment() {}

    /** For example {@code gabor 0.1.0}. */
    static String gabor() { return "gabor " + Gabor.version(); }

    /** For example {@code Java 25.0.1+8, Eclipse Adoptium}. */
    static String java() { return "Java " + Runtime.version() + ", " + System.getProperty("java.vendor"); }

    /** All facts in the order in which they are shown. */
    static Map<String, Object> facts() {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("gabor", gabor());
        facts.put("java", java());
        facts.put("java_home", System.getProperty("java.home"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch"));
        facts.put("cpu", processor());
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("memory_bytes", memory());
        facts.put("heap_bytes", Runtime.getRuntime().maxMemory());
        return facts;
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("model name")).map(l -> l.substring(l.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch"); // not Linux
        }
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize() : Runtime.getRuntime().maxMemory();
    }
}
