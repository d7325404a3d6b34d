package org.gabor.cuda;

import org.gabor.cuda.blas.Blas;

/**
 * Computes matrix products by cuBLAS.
 *
 * @param tf32 whether products of F32 may be rounded to 10 bits of the significands
 */
record Multiplier(Blas blas, boolean tf32) {
    /** The task that computes a product. */
    Tasks.Task task(Multiply p) {
        var gemm = Blas.Gemm.dense(p.dtype(), tf32, p.transposeA(), p.transposeB(), p.m(), p.n(), p.k());
        return _ -> blas.gemm(gemm, p.a(), p.b(), p.c(), 1, 0);
    }
}
