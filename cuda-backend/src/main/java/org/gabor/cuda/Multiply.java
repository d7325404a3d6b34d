package org.gabor.cuda;

import org.gabor.graph.DType;

/**
 * A matrix product by cuBLAS: c [m,n] = op(a) [m,k] op(b) [k,n], all dense in row order.
 *
 * @param dtype of all three; sums are taken in F32
 * @param transposeA whether a lies as [k,m]
 * @param transposeB whether b lies as [n,k]
 */
record Multiply(DType dtype, boolean transposeA, boolean transposeB, int m, int n, int k, long a, long b, long c)
        implements Work {}
