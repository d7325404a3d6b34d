/**
 * The CPU backend: storage, a worker pool, and lowerings that turn the steps of a plan into kernels described as data.
 * The descriptions live in {@link org.gabor.cpu.kernel}, what runs them in {@link org.gabor.cpu.emit}.
 */
@NullMarked
package org.gabor.cpu;

import org.jspecify.annotations.NullMarked;
