package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shells themselves run the scripts that {@code gabor completion} prints. */
class CompletionTest {
    @TempDir
    Path dir = Path.of("");

    @Test
    void bashCompletesCommandsAndOptions() throws Exception {
        assertThat(complete("bash", "COMP_WORDS=(gabor tr); COMP_CWORD=1; _complete_gabor")).isEqualTo("train\n");
        assertThat(complete("bash", "COMP_WORDS=(gabor train --on-b); COMP_CWORD=2; _complete_gabor"))
                .isEqualTo("--on-bad-image\n");
        assertThat(complete("bash", "COMP_WORDS=(gabor data ver); COMP_CWORD=2; _complete_gabor")).isEqualTo("verify\n");
    }

    @Test
    void zshCompletesCommandsAndOptions() throws Exception {
        assertThat(complete("zsh", "COMP_WORDS=(gabor tr); COMP_CWORD=1; _complete_gabor")).isEqualTo("train\n");
        assertThat(complete("zsh", "COMP_WORDS=(gabor train --on-b); COMP_CWORD=2; _complete_gabor"))
                .isEqualTo("--on-bad-image\n");
    }

    private String complete(String shell, String words) throws IOException, InterruptedException {
        assumeTrue(isInstalled(shell), "skipped: " + shell + " is not installed here, its completion was not tried");
        Path script = Files.writeString(dir.resolve("gabor." + shell), Cli.line("completion " + shell).out());
        String prepare = shell.equals("zsh") ? "autoload -U compinit; compinit -u; setopt ksharrays shwordsplit; " : "";
        String line = prepare + "source " + script + "; " + words + "; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process process = new ProcessBuilder(shell, shell.equals("zsh") ? "-fc" : "-c", line)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start(); // bash notes that it completes nothing at the moment
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    private static boolean isInstalled(String shell) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v " + shell).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    }
}
