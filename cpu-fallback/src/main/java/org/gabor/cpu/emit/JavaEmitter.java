package org.gabor.cpu.emit;

import java.util.List;
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

/** Kernels made of plain Java loops: correct on every machine. */
public final class JavaEmitter implements Emitter {
    @Override
    public String label() { return "Java"; }

    @Override
    public Program emit(List<Description> descriptions) {
        return new Program(descriptions.stream().map(JavaEmitter::kernel).toList(), () -> {});
    }

    /** What runs the description. */
    public static Kernel kernel(Description description) {
        return switch (description) {
            case Nest n -> n.lanewise() ? new LaneKernel(n) : new NestKernel(n);
            case Pointwise p -> new PointwiseKernel(p);
            case Sums s -> new SumsKernel(s);
            case Totals t -> new TotalsKernel(t);
            case Coefficients c -> new CoefficientsKernel(c);
            case Factors f -> new FactorsKernel(f);
            case Squares s -> new SquaresKernel(s);
            case Pool p -> p.gradient() ? new PoolGradientKernel(p) : new PoolKernel(p);
            case Separable s -> new SeparableKernel(s);
            case Lrn l -> new LrnKernel(l);
            case Rows r -> new RowsKernel(r);
            case Copy c -> new CopyKernel(c);
            case Rim r -> new RimKernel(r);
            case DrawMaps d -> new DrawMapsKernel(d);
            case Warp w -> new WarpKernel(w);
            case FiniteScan f -> new FiniteScanKernel(f);
            case Order o -> new OrderKernel(o);
            case Gather g -> new GatherKernel(g);
            case Call c -> new CallKernel(c);
        };
    }
}
