package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.JavaEmitter;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.emit.Program;
import org.gabor.cpu.kernel.Description;
import org.gabor.cpu.kernel.Pointwise;
import org.jspecify.annotations.Nullable;

/** Kernels in machine code. All code of a program lies in one region of memory, with its tables of arguments behind it. */
public final class AssembledEmitter implements Emitter {
    private final Isa isa;

    private AssembledEmitter(Isa isa) {
        this.isa = isa;
    }

    /**
     * The widest instruction set that this machine has, or the one that is called {@code wanted}: {@code avx512} or
     * {@code avx2}.
     *
     * @throws UnsupportedOperationException if the machine has none, or refuses executable memory
     */
    public static AssembledEmitter create(@Nullable String wanted) {
        Set<Isa> found = Features.detect();
        for (Isa isa : List.of(Isa.AVX512, Isa.AVX2))
            if (found.contains(isa) && (wanted == null || wanted.equalsIgnoreCase(isa.name()))) return new AssembledEmitter(isa);
        throw new UnsupportedOperationException("the processor has no " + (wanted == null ? "AVX2 with FMA" : wanted));
    }

    @Override
    public String label() { return isa.label; }

    @Override
    public Program emit(List<Description> descriptions) {
        var x = new Assembler(isa);
        Map<Object, Integer> entries = new HashMap<>();
        List<@Nullable Assembly> assemblies = new ArrayList<>();
        var tables = new ArrayList<long[][]>();
        long words = 0;
        for (Description d : descriptions) {
            Assembly a = assembly(d);
            assemblies.add(a);
            long[][] rows = a == null ? new long[0][] : a.rows();
            tables.add(rows);
            if (a == null) continue;
            if (!entries.containsKey(a.form())) entries.put(a.form(), x.function(() -> a.assemble(x)));
            words += (long) rows.length * rows[0].length;
        }
        CodeMemory memory = CodeMemory.install(x.finish(), words * Long.BYTES);
        var kernels = new ArrayList<Kernel>();
        long at = memory.table();
        for (int i = 0; i < assemblies.size(); i++) {
            Assembly a = assemblies.get(i);
            if (a == null) {
                kernels.add(JavaEmitter.kernel(descriptions.get(i)));
                continue;
            }
            long[][] rows = tables.get(i);
            long rowBytes = (long) rows[0].length * Long.BYTES;
            for (int r = 0; r < rows.length; r++) Memory.store(rows[r], at + r * rowBytes);
            kernels.add(new AssembledKernel(memory.function(entries.get(a.form())), at, rowBytes, rows.length, a.images()));
            at += rows.length * rowBytes;
        }
        return new Program(kernels, memory::close);
    }

    /** The code of a description; null where Java is called anyway. */
    private @Nullable Assembly assembly(Description d) {
        return switch (d) {
            case Pointwise p -> new PointwiseAssembly(p, isa);
            default -> null;
        };
    }
}
