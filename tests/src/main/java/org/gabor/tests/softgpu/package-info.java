/**
 * The software CUDA device: libraries with the names and entry points of NVIDIA's that compute on the CPU, so that the
 * whole CUDA backend is tested without a GPU. Their source is {@code tests/src/softgpu}.
 */
@NullMarked
package org.gabor.tests.softgpu;

import org.jspecify.annotations.NullMarked;
