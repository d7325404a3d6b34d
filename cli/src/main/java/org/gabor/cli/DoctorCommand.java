package org.gabor.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gabor.DeviceException;
import org.gabor.DeviceMemoryException;
import org.gabor.io.Json;
import org.gabor.io.TextTable;
import org.gabor.spi.Backend;
import org.gabor.spi.BackendOptions;
import org.gabor.spi.BackendProvider;
import org.gabor.spi.Backends;
import org.gabor.spi.DeviceInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gabor doctor}. */
@Command(name = "doctor", customSynopsis = "gabor doctor [--json]",
        header = "Shows what Gabor runs on, which devices it can use, and why not the others.",
        description = "%nEnds with exit code 4 if no device can be used.",
        footer = {"%nExample:", "  gabor doctor --json > machine.json"})
final class DoctorCommand implements Runnable {
    private static final Runtime.Version ADVISED = Runtime.Version.parse("25.0.3");

    private final Console console;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    /** What a backend says of itself: what it runs on, or why it cannot. */
    private record Finding(String name, Optional<DeviceInfo> info, String refusal) {}

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        List<Finding> findings = Backends.all().stream().map(DoctorCommand::examine).toList();
        Map<String, Object> facts = Environment.facts();
        console.print(json ? Json.of(json(facts, findings)).pretty().stripTrailing() : text(facts, findings));
        if (Runtime.version().compareToIgnoreOptional(ADVISED) < 0)
            console.note("\nAdvice: Java " + ADVISED + " or newer of the 25 line has bugs fixed; this is "
                    + Runtime.version() + ".");
        if (findings.stream().noneMatch(f -> f.info.isPresent())) throw new DeviceException("no device can be used");
    }

    private static Finding examine(BackendProvider provider) {
        Optional<String> refusal = provider.unavailable();
        if (refusal.isPresent()) return new Finding(provider.name(), Optional.empty(), refusal.get());
        try (Backend backend = provider.open(BackendOptions.DEFAULT)) {
            return new Finding(provider.name(), Optional.of(backend.info()), "");
        } catch (DeviceException | DeviceMemoryException e) {
            return new Finding(provider.name(), Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    private static String text(Map<String, Object> facts, List<Finding> findings) {
        var lines = new ArrayList<String>();
        var table = new TextTable(List.of("", ""));
        facts.forEach((name, value) -> {
            boolean bytes = name.endsWith("_bytes");
            table.row(name.replace("_bytes", "").replace('_', ' '),
                    bytes ? Figures.bytes(((Number) value).longValue()) : value);
        });
        lines.addAll(table.lines().subList(1, table.lines().size()));
        for (Finding f : findings) {
            lines.add("");
            lines.add("device " + f.name + ": "
                    + f.info.map(i -> "can be used: " + i.summary()).orElse("cannot be used: " + f.refusal));
            f.info.ifPresent(i -> i.details().forEach((name, value) -> lines.add("  " + name + ": " + value)));
        }
        return String.join("\n", lines);
    }

    private static Map<String, Object> json(Map<String, Object> facts, List<Finding> findings) {
        var all = new LinkedHashMap<>(facts);
        all.put("devices", findings.stream().map(f -> {
            var one = new LinkedHashMap<String, Object>();
            one.put("name", f.name);
            one.put("usable", f.info.isPresent());
            f.info.ifPresentOrElse(i -> {
                one.put("summary", i.summary());
                one.put("details", i.details());
            }, () -> one.put("reason", f.refusal));
            return one;
        }).toList());
        return all;
    }
}
