package org.gabor.tests.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import org.gabor.cli.Main;

/** Gabor's command line in a process to which the kernel gives no executable memory from now on. */
final class WithoutExecutableMemory {
    /** Exit code where the kernel cannot be asked for that: it is older than Linux 6.3. */
    static final int UNKNOWN = 99;

    private static final int PR_SET_MDWE = 65;
    private static final long PR_MDWE_REFUSE_EXEC_GAIN = 1;

    private WithoutExecutableMemory() {}

    /** Does what the arguments say. */
    public static void main(String[] args) throws Throwable {
        var linker = Linker.nativeLinker();
        ValueLayout.OfLong j = ValueLayout.JAVA_LONG;
        var prctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, j, j, j, j), Linker.Option.firstVariadicArg(1));
        if ((int) prctl.invokeExact(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0L, 0L, 0L) != 0) System.exit(UNKNOWN);
        Main.main(args);
    }
}
