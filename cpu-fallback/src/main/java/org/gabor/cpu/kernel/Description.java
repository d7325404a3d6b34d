package org.gabor.cpu.kernel;

/** A kernel as data. All addresses are absolute, all strides are in bytes. */
public sealed interface Description permits Nest, Pointwise, Sums, Totals, Coefficients, Factors, Squares, Pool, Separable, Lrn,
        Rows, Copy, Rim, DrawMaps, Warp, Order, Gather, FiniteScan, Call {}
