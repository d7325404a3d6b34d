package org.gabor.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 */
record BenchResult(String name, int batch, Plan plan, StepTimes times, double[] profile) {
    private static final List<String> HEADINGS =
            List.of(">step", "layer", "operation", ">ms", ">share", ">GFLOP/s", ">of peak", ">GB/s", ">of memory");
    /** Steps of the plan with a smaller share of the time are shown as one. */
    private static final double SHOWN = 0.01;

    /** Images a second. */
    private double images() { return batch / times.median(); }

    /** A line of the table of all runs. */
    void row(TextTable table, Peak peak) {
        Cost cost = Cost.of(plan);
        table.row(name, count(images()), ms(times.median()), ms(times.fastest()), ms(times.ninetieth()), times.count(),
                rate(cost.flops(), times.median()), share(cost.flops(), times.median(), peak.flops()));
    }

    /** The steps of the plan that take long. */
    String steps(Peak peak) {
        double all = sum();
        var table = new TextTable(HEADINGS);
        var small = new ArrayList<Integer>();
        for (int i = 0; i < profile.length; i++) {
            double seconds = profile[i];
            if (seconds < SHOWN * all) {
                small.add(i);
                continue;
            }
            Step step = plan.steps().get(i);
            Cost cost = Cost.of(plan, step);
            table.row(i + 1, step.layers(), step.label(), ms(seconds), percent(seconds / all), rate(cost.flops(), seconds),
                    share(cost.flops(), seconds, peak.flops()), rate(cost.bytes(), seconds),
                    share(cost.bytes(), seconds, peak.bytes()));
        }
        double rest = small.stream().mapToDouble(i -> profile[i]).sum();
        if (!small.isEmpty())
            table.row("", "", Figures.count(small.size(), "step") + " below 1 % each", ms(rest), percent(rest / all), "", "",
                    "", "");
        return "Steps of the plan for " + name + ", run one by one: " + ms(all) + " ms\n\n" + table.text().stripTrailing();
    }

    private double sum() {
        double all = 0;
        for (double s : profile) all += s;
        return all;
    }

    /** All figures, for programs. */
    Map<String, Object> json(Peak peak) {
        var all = new LinkedHashMap<String, Object>();
        Cost cost = Cost.of(plan);
        all.put("img_s", images());
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

    private static void rates(Map<String, Object> to, Cost cost, double seconds, Peak peak) {
        to.put("flops", cost.flops());
        to.put("bytes", cost.bytes());
        if (seconds == 0) return;
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
