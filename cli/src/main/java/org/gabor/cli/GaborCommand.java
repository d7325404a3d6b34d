package org.gabor.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gabor} itself: only help and version. */
@Command(name = "gabor", versionProvider = GaborCommand.Version.class, customSynopsis = "gabor COMMAND [options]",
        header = "Gabor trains and uses convolutional networks.",
        description = {"%nWith no option, 'gabor train' trains LeNet-5 on digits that Gabor draws itself."},
        footer = {"%nExamples:",
                "  gabor train                                    train LeNet-5 on the built-in digits",
                "  gabor train --model lenet5 --data mnist:DIR    the same on MNIST",
                "  gabor eval runs/latest                         how good is it, and what does it mix up?",
                "  gabor predict runs/latest seven.png            what does this image show?",
                "  gabor COMMAND --help                           all about a command",
                "%nExit codes: 0 well done, 1 a defect of Gabor, 2 usage, 3 data, 4 device, 5 training diverged,",
                "6 quality gate missed, 7 model file, 8 out of memory, 9 cannot write, 130 interrupted, 143 terminated."})
final class GaborCommand implements Runnable {
    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Shows the version.")
    boolean version;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** The version from the jar, and the Java it runs on. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() { return new String[] {Environment.gabor() + " on " + Environment.java()}; }
    }
}
