package org.gabor.cli;

import java.util.Locale;
import java.util.function.LongSupplier;
import org.gabor.train.EpochMetrics;
import org.gabor.train.TrainingListener;

/** Shows how a training gets on: a bar on a terminal, else a line every ten seconds; and a line an epoch. */
final class TrainProgress implements TrainingListener {
    private static final double PLAIN_SECONDS = 10;
    private static final int LONGEST_BAR = 30, SHORTEST_BAR = 5;

    /** How progress is shown. */
    enum Style {
        AUTO, BAR, PLAIN, NONE
    }

    private final Console console;
    private final Style style;
    private final LongSupplier nanos;
    private int epochs;
    private double doneBefore;
    private long begin;
    private long lastLine;
    private double lastEpoch;

    TrainProgress(Console console, Style style, LongSupplier nanos) {
        this.console = console;
        this.style = style != Style.AUTO ? style : console.replacesLines() ? Style.BAR : Style.PLAIN;
        this.nanos = nanos;
    }

    @Override
    public void started(Start start) {
        epochs = start.epochs();
        doneBefore = (double) start.step() / ((long) start.epochs() * start.epochSteps());
        begin = nanos.getAsLong();
        lastLine = begin;
    }

    @Override
    public void progress(Progress p) {
        long now = nanos.getAsLong();
        if (style == Style.BAR) console.status(bar(p, now));
        if (style == Style.PLAIN && (now - lastLine) / 1e9 >= PLAIN_SECONDS) {
            console.note(parts(p, now).fit(Integer.MAX_VALUE));
            lastLine = now;
        }
    }

    @Override
    public void epochDone(EpochMetrics m, Snapshot model) {
        if (style == Style.NONE) return;
        var line = new Line().add(0, "epoch " + m.epoch() + "/" + epochs);
        line.add(4, "train loss " + Figures.loss(m.trainLoss())).add(2, "acc " + Figures.percent(m.trainAcc1()));
        if (!Double.isNaN(m.valAcc1()))
            line.add(5, "val loss " + Figures.loss(m.valLoss())).add(1, "val acc " + Figures.percent(m.valAcc1()));
        line.add(6, Figures.seconds(m.seconds() - lastEpoch)).add(7, rate(m.imagesPerSecond()))
                .add(8, waiting(m.dataWait()));
        if (m.best() && !Double.isNaN(m.valAcc1())) line.add(3, "best");
        console.note(line.fit(style == Style.BAR ? console.columns() - 1 : Integer.MAX_VALUE));
        lastEpoch = m.seconds();
        lastLine = nanos.getAsLong();
    }

    /** What is left of the line's width, within reason, becomes the bar. */
    private String bar(Progress p, long now) {
        int columns = console.columns() - 1;
        Line line = parts(p, now);
        int room = Math.min(LONGEST_BAR, columns - line.fit(Integer.MAX_VALUE).length() - Line.GAP.length() - 2);
        if (room < SHORTEST_BAR) return line.fit(columns);
        int done = (int) ((long) room * p.step() / p.epochSteps());
        return line.insert(1, 0, "[" + "=".repeat(done) + (done < room ? ">" : "")
                + " ".repeat(Math.max(0, room - done - 1)) + "]")
                .fit(columns);
    }

    private Line parts(Progress p, long now) {
        double done = (p.epoch() - 1 + (double) p.step() / p.epochSteps()) / p.epochs();
        double left = (now - begin) / 1e9 * (1 - done) / (done - doneBefore);
        return new Line().add(0, String.format(Locale.ROOT, "epoch %d/%d %3d%%", p.epoch(), p.epochs(),
                100 * p.step() / p.epochSteps()))
                .add(2, "loss " + Figures.loss(p.loss())).add(1, "acc " + Figures.percent(p.acc1()))
                .add(4, rate(p.imagesPerSecond()))
                .add(5, waiting(p.dataWait())).add(3, "ETA " + Figures.clock(left));
    }

    private static String rate(double imagesPerSecond) { return Figures.count(Math.round(imagesPerSecond)) + " img/s"; }

    private static String waiting(double share) { return "wait " + Math.round(100 * share) + "%"; }
}
