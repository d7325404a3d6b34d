/**
 * Kernels as data: addresses, counts, byte strides and what to compute. They say nothing of how it is computed, so that
 * any emitter can take them over.
 */
@NullMarked
package org.gabor.cpu.kernel;

import org.jspecify.annotations.NullMarked;
