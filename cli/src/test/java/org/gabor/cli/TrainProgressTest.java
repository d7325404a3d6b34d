package org.gabor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.gabor.WriteException;
import org.gabor.train.EpochMetrics;
import org.gabor.train.TrainedModel;
import org.gabor.train.TrainingListener.Progress;
import org.gabor.train.TrainingListener.Snapshot;
import org.gabor.train.TrainingListener.Start;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainProgressTest {
    private static final Map<String, String> XTERM = Map.of("TERM", "xterm");
    private static final EpochMetrics EPOCH = new EpochMetrics(12, 1_000, 61.5, 0.1, 0.12345, 0.9612, 0.2345, 0.9534,
            0.999, 13_845.2, 0.021, 12.5, true);

    private static final Snapshot NOBODY_ASKS = new Snapshot() {
        @Override
        public TrainedModel evaluated() { throw new AssertionError("nobody asked for the model"); }

        @Override
        public TrainedModel resumable() { throw new AssertionError("nobody asked for the model"); }
    };

    private final Recorder recorder = new Recorder();
    private final AtomicLong nanos = new AtomicLong();

    @ParameterizedTest
    @ValueSource(ints = {10, 40, 80, 200})
    void noLineIsEverLongerThanTheTerminal(int columns) {
        TrainProgress progress = progress(columns, TrainProgress.Style.AUTO);
        for (int step = 1; step <= 140; step++) progress.progress(at(step, step));
        progress.epochDone(EPOCH, NOBODY_ASKS);
        List<String> lines = Arrays.stream(recorder.err().split("[\r\n]+")).map(l -> l.replace("\u001b[K", ""))
                .filter(l -> !l.isEmpty()).toList();
        assertThat(lines).hasSize(141).allSatisfy(l -> assertThat(l.length()).isLessThan(columns))
                .allSatisfy(l -> assertThat(l).startsWith("epoch 12/"));
    }

    @Test
    void aWideTerminalShowsEverything() {
        progress(200, TrainProgress.Style.AUTO).progress(at(70, 35));
        assertThat(recorder.err()).endsWith(
                "epoch 12/20  50%  [===============>              ]  loss 0.5000  acc 87.50%  13,845 img/s  wait 2%"
                        + "  ETA 0:26");
    }

    @Test
    void aNarrowTerminalKeepsWhatMattersMost() {
        progress(40, TrainProgress.Style.AUTO).progress(at(70, 35));
        assertThat(recorder.err()).endsWith("epoch 12/20  50%  acc 87.50%");
    }

    @Test
    void withoutATerminalThereIsALineEveryTenSecondsAndOneAnEpoch() {
        TrainProgress progress = progress(0, TrainProgress.Style.AUTO);
        for (int second = 1; second <= 35; second++) progress.progress(at(second, second));
        progress.epochDone(EPOCH, NOBODY_ASKS);
        assertThat(recorder.err().lines()).hasSize(4);
        assertThat(recorder.err()).doesNotContain("\r").doesNotContain("\u001b")
                .endsWith("epoch 12/20  train loss 0.1235  acc 96.12%  val loss 0.2345  val acc 95.34%  61.5 s"
                        + "  13,845 img/s  wait 2%  best\n");
    }

    @Test
    void aDumbTerminalGetsPlainLinesAndNoneGetsNothing() {
        var dumb = new TrainProgress(recorder.console(80, Map.of("TERM", "dumb")), TrainProgress.Style.AUTO,
                nanos::get);
        dumb.progress(at(1, 1));
        TrainProgress none = progress(80, TrainProgress.Style.NONE);
        none.progress(at(1, 1));
        none.epochDone(EPOCH, NOBODY_ASKS);
        assertThat(recorder.err()).isEmpty();
    }

    @Test
    void aResultReplacesTheProgressLine() {
        Console console = recorder.console(80, XTERM);
        console.status("half way");
        console.print("result");
        assertThat(recorder.err()).isEqualTo("\r\u001b[Khalf way\r\u001b[K");
        assertThat(recorder.out()).isEqualTo("result" + System.lineSeparator());
    }

    @Test
    void anErrorIsShownEvenIfTheLogCannotBeWritten() {
        Console console = recorder.console(0, XTERM);
        console.logTo(_ -> { throw new WriteException("disk full"); });
        console.error("gabor: disk full");
        console.error("gabor: still full");
        assertThat(recorder.err()).isEqualTo("gabor: disk full\ngabor: still full\n");
    }

    @Test
    void coloursAreForTerminalsThatWantThem() {
        assertThat(recorder.console(80, XTERM).colours()).isTrue();
        assertThat(recorder.console(0, XTERM).colours()).isFalse();
        assertThat(recorder.console(80, Map.of("TERM", "xterm", "NO_COLOR", "1")).colours()).isFalse();
    }

    private TrainProgress progress(int columns, TrainProgress.Style style) {
        var progress = new TrainProgress(recorder.console(columns, XTERM), style, nanos::get);
        progress.started(new Start(Map.of(), 9_000, 1_000, 61_706, 20, 140, 0, Map.of(), List.of()));
        return progress;
    }

    /** After so many steps and seconds of the twelfth of twenty epochs. */
    private Progress at(int step, int seconds) {
        nanos.set(seconds * 1_000_000_000L);
        return new Progress(12, 20, step, 140, 0.5, 0.875, 13_845.2, 0.021);
    }
}
