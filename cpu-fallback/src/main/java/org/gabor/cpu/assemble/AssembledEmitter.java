package org.gabor.cpu.assemble;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.JavaEmitter;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Memory;
import org.gabor.cpu.emit.Program;
import org.gabor.cpu.kernel.Call;
import org.gabor.cpu.kernel.Coefficients;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Description;
import org.gabor.cpu.kernel.DrawMaps;
import org.gabor.cpu.kernel.Factors;
import org.gabor.cpu.kernel.FiniteScan;
import org.gabor.cpu.kernel.Gather;
import org.gabor.cpu.kernel.Lrn;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Order;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Rim;
import org.gabor.cpu.kernel.Rows;
import org.gabor.cpu.kernel.Separable;
import org.gabor.cpu.kernel.Squares;
import org.gabor.cpu.kernel.Sums;
import org.gabor.cpu.kernel.Totals;
import org.gabor.cpu.kernel.Warp;
import org.jspecify.annotations.Nullable;

/** Kernels in machine code. All code of a program lies in one region of memory, with its tables of arguments behind it. */
public final class AssembledEmitter implements Emitter {
    private final Isa isa;

    private AssembledEmitter(Isa isa) {
        this.isa = isa;
    }

    /**
     * For the widest instruction set that this machine has, or for the one that is called {@code wanted}:
     * {@code avx512} or {@code avx2}.
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
        var entries = new HashMap<Object, Integer>();
        var written = new ArrayList<@Nullable Written>();
        long bytes = 0;
        for (Description d : descriptions) {
            Assembly a = assembly(d);
            if (a == null) {
                written.add(null);
                continue;
            }
            int entry = entries.computeIfAbsent(a.form(), _ -> x.function(() -> a.assemble(x)));
            var w = new Written(entry, a.rows(), bytes, a.images(), a.parts());
            written.add(w);
            bytes += w.rows.length * w.rowBytes();
        }
        CodeMemory memory = CodeMemory.install(x.finish(), bytes);
        var kernels = new ArrayList<Kernel>();
        for (int i = 0; i < descriptions.size(); i++) {
            Written w = written.get(i);
            kernels.add(w == null ? JavaEmitter.kernel(descriptions.get(i)) : w.placed(memory));
        }
        return new Program(kernels, memory::close);
    }

    /**
     * A kernel that has its code and not yet its memory.
     *
     * @param entry where its function starts in the code
     * @param rows its arguments, a row a block
     * @param at where the rows start in the table, in bytes
     * @param images blocks of images into which they divide, or 0
     * @param parts groups of images that go in order
     */
    private record Written(int entry, long[][] rows, long at, int images, int parts) {
        long rowBytes() { return rows.length == 0 ? 0 : (long) rows[0].length * Long.BYTES; }

        Kernel placed(CodeMemory memory) {
            long first = memory.table() + at;
            for (int r = 0; r < rows.length; r++) Memory.store(rows[r], first + r * rowBytes());
            return new AssembledKernel(memory.function(entry), first, rowBytes(), rows.length, images, parts);
        }
    }

    /** The code of a description; null where Java is called anyway. */
    private @Nullable Assembly assembly(Description d) {
        return switch (d) {
            case Nest n -> NestAssembly.of(n, isa);
            case Pointwise p -> p.operands().size() > ChainPointers.MOST ? null : new PointwiseAssembly(p, isa);
            case Copy c -> new CopyAssembly(c, isa);
            case Coefficients c -> new CoefficientsAssembly(c, isa);
            case Factors f -> new FactorsAssembly(f);
            case Squares s -> new SquaresAssembly(s, isa);
            case FiniteScan f -> new FiniteScanAssembly(f, isa);
            case Rim r -> new RimAssembly(r);
            case Pool p -> new PoolAssembly(p);
            case Lrn l -> {
                var lrn = new LrnAssembly(l, isa);
                yield lrn.stack() > LrnAssembly.STACK ? null : lrn;
            }
            case Separable s -> new SeparableAssembly(s);
            case Sums s -> SumsAssembly.of(s, isa);
            case Totals t -> new TotalsAssembly(t, isa);
            case DrawMaps m -> new DrawMapsAssembly(m);
            case Warp w -> {
                var warp = new WarpAssembly(w, isa);
                yield warp.isLargeEnough() ? warp : null;
            }
            case Rows r -> new RowsAssembly(r, isa);
            // a few numbers, copies of whole images, and what users write
            case Order _,Gather _,Call _ -> null;
        };
    }
}
