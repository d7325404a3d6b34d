package org.gabor.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/** Asks the system about a terminal; Java itself only knows whether input and output both are one. */
final class Terminal implements Console.Screen {
    private static final int OUT = 1, ERR = 2;
    private static final int USUAL_COLUMNS = 80;

    @Override
    public boolean showsResults() { return is(OUT); }

    @Override
    public boolean showsNotes() { return is(ERR); }

    @Override
    public int columns() { return columns(ERR); }

    /** True if what is written to the descriptor appears on a terminal; false if that cannot be known. */
    private static boolean is(int descriptor) {
        try {
            var linker = Linker.nativeLinker();
            var isatty = linker.downcallHandle(linker.defaultLookup().findOrThrow("isatty"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            return (int) isatty.invokeExact(descriptor) == 1;
        } catch (Throwable e) {
            return false; // a system without isatty
        }
    }

    /** Columns of the terminal behind the descriptor; 80 if they cannot be known. */
    private static int columns(int descriptor) {
        try (var arena = Arena.ofConfined()) {
            var linker = Linker.nativeLinker();
            var ioctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("ioctl"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));
            boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
            long getWindowSize = linux ? 0x5413 : 0x40087468;
            MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4); // rows, columns, pixels
            int result = (int) ioctl.invokeExact(descriptor, getWindowSize, size);
            int columns = Short.toUnsignedInt(size.getAtIndex(ValueLayout.JAVA_SHORT, 1));
            return result == 0 && columns > 0 ? columns : USUAL_COLUMNS;
        } catch (Throwable e) {
            return USUAL_COLUMNS; // a system without ioctl
        }
    }
}
