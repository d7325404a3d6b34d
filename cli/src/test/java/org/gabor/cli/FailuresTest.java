package org.gabor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CompletionException;
import org.gabor.DataException;
import org.gabor.WriteException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private final Recorder recorder = new Recorder();

    @Test
    void anErrorOfGaborIsItsTextAndItsExitCode() {
        assertThat(report(new DataException("a.png is no image"))).isEqualTo(3);
        assertThat(recorder.err()).isEqualTo("gabor: a.png is no image\n");
        assertThat(report(new CompletionException(new WriteException("disk full")))).isEqualTo(9);
    }

    @Test
    void anythingElseIsADefectWithAllThatIsKnown() {
        assertThat(report(new IllegalStateException("two convolutions in one place"))).isEqualTo(1);
        assertThat(recorder.err()).startsWith("gabor: this is a defect of Gabor")
                .contains("two convolutions in one place").contains("\tat org.gabor.cli");
    }

    @Test
    void aHeapThatIsTooSmallIsNoDefect() {
        assertThat(report(new OutOfMemoryError("Java heap space"))).isEqualTo(8);
        assertThat(recorder.err()).contains("GABOR_JAVA_OPTS=-Xmx").doesNotContain("\tat ");
    }

    private int report(Throwable e) { return Failures.report(recorder.console(0, Map.of()), e, false); }
}
