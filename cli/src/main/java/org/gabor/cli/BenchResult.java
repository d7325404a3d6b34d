package org.gabor.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gabor.compile.Cost;
import org.gabor.compile.Plan;
import org.gabor.compile.Step;
import org.gabor.io.TextTable;
import org.gabor.spi.Peak;

/**
 * What was measured of one run.
 *
 * @param name training or inference
 * @param batch images a step
 * @param plan its plan
 * @param times of whole steps
 * @param profile seconds of each step of the plan, run one by one
 * @param simulated whether the times are those of a stand-in for a device, so that no speeds follow from them
 */
record BenchResult(String name, int batch, Plan plan, StepTimes times, double[] profile, boolean simulated) {
    private static final List<String> FIGURES = List.of(">ms", ">share", ">GFLOP/s", ">of peak", ">GB/s", ">of memory");
    /** So many steps of the plan are shown, the slowest. */
    private static final int SHOWN = 20;

    /** Images a second. */
    private double images() { return batch / times.median(); }

    /** A line of the table of all runs. */
    void row(TextTable table, Peak peak) {
        Cost cost = counted(Cost.of(plan));
        table.row(name, simulated ? "" : count(images()),
                ms(times.median()), ms(times.fastest()), ms(times.ninetieth()), times.count(),
                rate(cost.flops(), times.median()), share(cost.flops(), times.median(), peak.flops()));
    }

    /** The steps of the plan: all by their first operation, and the slowest one by one. */
    String steps(Peak peak) {
        double all = Arrays.stream(profile).sum();
        return "Steps of the plan for " + name + ", run one by one: " + ms(all) + " ms\n\n" + operations(peak, all) + '\n'
                + slowest(peak, all).stripTrailing();
    }

    private String operations(Peak peak, double all) {
        var seconds = new LinkedHashMap<String, Double>();
        var counts = new LinkedHashMap<String, Integer>();
        var costs = new LinkedHashMap<String, Cost>();
        for (int i = 0; i < profile.length; i++) {
            String operation = plan.steps().get(i).head().op().label();
            seconds.merge(operation, profile[i], Double::sum);
            counts.merge(operation, 1, Integer::sum);
            costs.merge(operation, cost(i), Cost::plus);
        }
        var table = table("operation", ">steps");
        seconds.entrySet().stream().sorted(Map.Entry.<String, Double>comparingByValue().reversed()).forEach(e -> {
            String operation = e.getKey();
            row(table, List.of(operation, Objects.requireNonNull(counts.get(operation))),
                    Objects.requireNonNull(costs.get(operation)), e.getValue(), all, peak);
        });
        return table.text();
    }

    private String slowest(Peak peak, double all) {
        Set<Integer> shown = IntStream.range(0, profile.length).boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> profile[i]).reversed()).limit(SHOWN)
                .collect(Collectors.toSet());
        var table = table(">step", "layer", "operation");
        var rest = new Cost(0, 0);
        double restSeconds = 0;
        for (int i = 0; i < profile.length; i++) {
            Step step = plan.steps().get(i);
            if (shown.contains(i)) {
                row(table, List.of(i + 1, step.layers(), step.label()), cost(i), profile[i], all, peak);
            } else {
                rest = rest.plus(cost(i));
                restSeconds += profile[i];
            }
        }
        int others = profile.length - shown.size();
        if (others > 0) row(table, List.of("", "", Figures.count(others, "faster step")), rest, restSeconds, all, peak);
        return table.text();
    }

    private Cost cost(int step) { return counted(Cost.of(plan, plan.steps().get(step))); }

    /** Nothing where no speed is to be had. */
    private Cost counted(Cost cost) { return simulated ? new Cost(0, 0) : cost; }

    private static TextTable table(String... first) {
        var headings = new ArrayList<>(List.of(first));
        headings.addAll(FIGURES);
        return new TextTable(headings);
    }

    private static void row(TextTable table, List<?> first, Cost cost, double seconds, double all, Peak peak) {
        var cells = new ArrayList<Object>(first);
        cells.addAll(List.of(ms(seconds), percent(seconds / all), rate(cost.flops(), seconds),
                share(cost.flops(), seconds, peak.flops()), rate(cost.bytes(), seconds),
                share(cost.bytes(), seconds, peak.bytes())));
        table.row(cells.toArray());
    }

    /** All figures, for programs. */
    Map<String, Object> json(Peak peak) {
        var all = new LinkedHashMap<String, Object>();
        Cost cost = Cost.of(plan);
        if (!simulated) all.put("img_s", images());
        all.put("step_ms", Map.of("median", 1e3 * times.median(), "fastest", 1e3 * times.fastest(), "p90",
                1e3 * times.ninetieth()));
        all.put("steps", times.count());
        rates(all, cost, times.median(), peak);
        var steps = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < profile.length; i++) {
            var one = new LinkedHashMap<String, Object>();
            Step step = plan.steps().get(i);
            one.put("step", i + 1);
            one.put("layer", step.layers());
            one.put("operation", step.label());
            one.put("ms", 1e3 * profile[i]);
            rates(one, Cost.of(plan, step), profile[i], peak);
            steps.add(one);
        }
        all.put("plan", steps);
        return all;
    }

    private void rates(Map<String, Object> to, Cost cost, double seconds, Peak peak) {
        to.put("flops", cost.flops());
        to.put("bytes", cost.bytes());
        if (seconds == 0 || simulated) return;
        to.put("gflops_s", cost.flops() / seconds / 1e9);
        to.put("gb_s", cost.bytes() / seconds / 1e9);
        if (peak.flops() > 0) to.put("share_of_peak", cost.flops() / seconds / peak.flops());
        if (peak.bytes() > 0) to.put("share_of_bandwidth", cost.bytes() / seconds / peak.bytes());
    }

    private static String count(double n) {
        return n < 100 ? String.format(Locale.ROOT, "%.1f", n) : Figures.count(Math.round(n));
    }

    private static String ms(double seconds) { return String.format(Locale.ROOT, "%.3f", 1e3 * seconds); }

    private static String percent(double share) { return String.format(Locale.ROOT, "%.0f%%", 100 * share); }

    /** Thousand millions a second. */
    private static String rate(long of, double seconds) {
        return of == 0 || seconds == 0 ? "" : String.format(Locale.ROOT, "%.1f", of / seconds / 1e9);
    }

    private static String share(long of, double seconds, double best) {
        return of == 0 || seconds == 0 || best == 0 ? "" : percent(of / seconds / best);
    }
}
