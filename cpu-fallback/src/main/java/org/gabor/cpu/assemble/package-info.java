/**
 * Kernels as x86-64 machine code, assembled when a plan is compiled: AVX-512, or AVX2 with FMA. What a description means
 * is in {@link org.gabor.cpu.kernel}; a kernel here is a Java loop that says its instructions.
 */
@NullMarked
package org.gabor.cpu.assemble;

import org.jspecify.annotations.NullMarked;
