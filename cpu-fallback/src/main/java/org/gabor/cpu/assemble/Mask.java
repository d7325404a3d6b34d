package org.gabor.cpu.assemble;

/**
 * Where a mask is kept: with AVX-512 in a mask register, with AVX2 in a vector of all or no bits an element.
 *
 * @param k number of the mask register, 1 to 7
 * @param v number of the vector, which AVX2 needs
 */
record Mask(int k, int v) {}
