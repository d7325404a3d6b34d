package org.gabor.spi;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.gabor.DeviceException;
import org.gabor.Suggest;
import org.gabor.UsageException;

/** Finds backends and picks one. The only place that knows how. */
public final class Backends {
    private Backends() {}

    /**
     * An opened backend and why it was taken.
     *
     * @param reason for example {@code cpu, since cuda is not usable: no driver}
     */
    public record Choice(Backend backend, String reason) {}

    /** Every provider on the class path, the preferred ones first. */
    public static List<BackendProvider> all() {
        return ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(BackendProvider::rank).reversed()).toList();
    }

    /**
     * Opens the named backend, or with {@code auto} the first usable one. A named backend that is not usable is never
     * replaced by another.
     *
     * @throws UsageException if there is no backend of that name
     * @throws DeviceException with every reason, if none can run
     */
    public static Choice open(String name, BackendOptions options) {
        List<BackendProvider> all = all();
        if (name.equals("auto")) return first(all, options);
        BackendProvider named = all.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow(() -> {
            var known = new java.util.ArrayList<>(List.of("auto"));
            all.forEach(p -> known.add(p.name()));
            return new UsageException(Suggest.unknown("device", name, known));
        });
        named.unavailable().ifPresent(why -> {
            throw new DeviceException("device " + name + " cannot be used: " + why);
        });
        return new Choice(named.open(options), name + ", as asked for");
    }

    private static Choice first(List<BackendProvider> all, BackendOptions options) {
        List<BackendProvider> usable = all.stream().filter(p -> p.unavailable().isEmpty()).toList();
        if (usable.isEmpty()) throw new DeviceException("no device can be used:" + refusals(all, why -> why));
        BackendProvider best = usable.getFirst();
        List<BackendProvider> refused = all.subList(0, all.indexOf(best));
        String reason = best.name()
                + (refused.isEmpty() ? ", the fastest device" : ", since" + refusals(refused, Backends::cause));
        return new Choice(best.open(options), reason);
    }

    private static String refusals(List<BackendProvider> providers, UnaryOperator<String> part) {
        return providers.stream()
                .flatMap(p -> p.unavailable().stream().map(why -> " " + p.name() + " cannot be used: " + part.apply(why)))
                .collect(Collectors.joining(";"));
    }

    /** What is wrong, without the remedy: who asked for no device may not want one. */
    private static String cause(String why) { return why.split(";", 2)[0]; }
}
