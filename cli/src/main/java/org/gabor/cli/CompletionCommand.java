package org.gabor.cli;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gabor completion}. */
@Command(name = "completion", customSynopsis = "gabor completion bash|zsh",
        header = "Prints a script that lets the shell complete commands and options.",
        description = {"%nBash: add the line  source <(gabor completion bash)  to ~/.bashrc.",
                "Zsh: add the line  source <(gabor completion zsh)  to ~/.zshrc, after compinit."},
        footer = {"%nExamples:", "  gabor completion bash > gabor.bash", "  gabor completion zsh > gabor.zsh"})
final class CompletionCommand implements Runnable {
    private static final List<String> SHELLS = List.of("bash", "zsh");

    private final Console console;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private String shell = "";

    @Spec
    private @Nullable CommandSpec spec;

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (!SHELLS.contains(shell)) throw new UsageException(Suggest.unknown("shell", shell, SHELLS));
        var gabor = Optional.ofNullable(Objects.requireNonNull(spec).parent()).orElseThrow().commandLine();
        String script = AutoComplete.bash("gabor", gabor);
        // picocli's script is bash's; zsh runs it after its own emulation is loaded
        String head = shell.equals("zsh") ? "autoload -U +X bashcompinit && bashcompinit\n" : "";
        console.print((head + script + "\ncomplete -F _complete_gabor -o default ./gabor").stripTrailing());
    }
}
