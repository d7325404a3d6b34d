package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Coefficients;
import org.gabor.cpu.kernel.Copy;
import org.gabor.cpu.kernel.Description;
import org.gabor.cpu.kernel.FiniteScan;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Pool;
import org.gabor.cpu.kernel.Rim;
import org.gabor.cpu.kernel.Rows;
import org.gabor.cpu.kernel.Sums;

/** Kernels made of plain Java loops: correct on every machine. */
public final class JavaEmitter {
    private JavaEmitter() {}

    /** What runs the description. */
    public static Kernel emit(Description description) {
        return switch (description) {
            case Nest n -> new NestKernel(n);
            case Pointwise p -> new PointwiseKernel(p);
            case Sums s -> new SumsKernel(s);
            case Coefficients c -> new CoefficientsKernel(c);
            case Pool p -> switch (p.kind()) {
                case MAX, MEAN -> new PoolKernel(p);
                case MAX_GRADIENT, MEAN_GRADIENT -> new PoolGradientKernel(p);
            };
            case Rows r -> new RowsKernel(r);
            case Copy c -> new CopyKernel(c);
            case Rim r -> new RimKernel(r);
            case FiniteScan f -> new FiniteScanKernel(f);
        };
    }
}
