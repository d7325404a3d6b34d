package org.gabor.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.gabor.io.Json;
import org.gabor.io.TextTable;
import org.gabor.train.Diagnosis;
import org.gabor.train.EpochMetrics;
import org.gabor.train.Evaluation;
import org.gabor.train.RunFolder;
import org.gabor.train.TrainingListener;
import org.gabor.train.TrainingRun;

/** What {@code gabor train} tells besides its progress: how it began, why it ended, and what came out. */
final class TrainReport implements TrainingListener {
    private final Console console;
    private final String model;
    private final String data;
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private final long begin = System.nanoTime();
    private long stage = begin;

    TrainReport(Console console, String model, String data) {
        this.console = console;
        this.model = model;
        this.data = data;
    }

    /** A stage is over; returns its seconds. */
    double done(String name) {
        long now = System.nanoTime();
        double s = (now - stage) / 1e9;
        seconds.put(name, s);
        stage = now;
        return s;
    }

    @Override
    public void started(Start start) {
        console.note("model     " + model + ", " + Figures.count(start.parameters()) + " parameters, compiled in "
                + Figures.seconds(done("compile")));
        if (!start.changes().isEmpty())
            console.error("gabor: warning: this deterministic training does not come to the same last digits as if it had not"
                    + " been interrupted: " + String.join("; ", start.changes()));
        if (start.step() > 0)
            console.note("goes on   after step " + Figures.count(start.step()) + " of "
                    + Figures.count((long) start.epochs() * start.epochSteps()));
    }

    @Override
    public void diagnosed(int epoch, long step, List<Diagnosis> parameters) {
        var table = new TextTable(List.of("parameter", ">weights", ">gradient", ">update", ">update / weights"));
        for (Diagnosis d : parameters)
            table.row(d.parameter(), size(d.weight()), size(d.gradient()), size(d.update()), size(d.ratio()));
        table.text().stripTrailing().lines().forEach(console::note);
    }

    private static String size(double norm) { return String.format(Locale.ROOT, "%.3g", norm); }

    /** Why it ended, if it ended early. */
    void ending(TrainingRun trained, RunFolder folder) {
        String goOn = "; go on with: ./gabor train --resume " + folder.path();
        switch (trained.ending()) {
            case COMPLETE -> {}
            case NO_BETTER -> console.note("no better epoch for some time: the training ends here");
            case OUT_OF_TIME -> console.note("the time is over, everything is saved" + goOn);
            case INTERRUPTED -> console.note("interrupted, everything is saved" + goOn);
        }
    }

    /** What came out, for people. */
    void text(TrainingRun trained, RunFolder folder, DataParts parts, Evaluation figures) {
        DataParts.Part judge = parts.judge();
        String times = seconds().entrySet().stream().map(e -> e.getKey() + " " + Figures.seconds(e.getValue()))
                .collect(Collectors.joining(", "));
        EvaluationText.details(figures, judge.data().classes()).stripTrailing().lines().forEach(console::note);
        console.print("result    " + EvaluationText.headline(judge.name(), figures) + ", by the weights of "
                + trained.bestEpoch().map(m -> "epoch " + m.epoch()).orElse("an epoch that is not over"));
        if (!parts.skipped().isEmpty())
            console.print("skipped   " + Figures.count(parts.skipped().size(), "image") + " that cannot be read, named above");
        console.print("time      " + times);
        console.print("saved in  " + folder.path());
        console.note("next      ./gabor eval " + folder.path());
        console.note("          ./gabor data export " + data + " --out samples --count 20 && ./gabor predict " + folder.path()
                + " samples");
    }

    /** What came out, for programs. */
    void json(TrainingRun trained, RunFolder folder, DataParts parts, Evaluation figures) {
        DataParts.Part judge = parts.judge();
        var result = new LinkedHashMap<String, Object>();
        result.put("run", folder.path().toString());
        result.put("device", trained.device().name());
        result.put("reason", trained.device().reason());
        result.put("ending", trained.ending().name().toLowerCase(Locale.ROOT));
        Optional<EpochMetrics> best = trained.bestEpoch();
        best.ifPresent(m -> result.put("best", m.byName()));
        result.put("part", judge.name());
        result.put("skipped", parts.skipped());
        result.putAll(EvaluationText.figures(figures, judge.data().classes()));
        result.put("seconds", seconds());
        console.print(Json.of(result).pretty().stripTrailing());
    }

    private Map<String, Double> seconds() {
        var all = new LinkedHashMap<>(seconds);
        all.put("all together", (System.nanoTime() - begin) / 1e9);
        return all;
    }
}
