/**
 * The backend for NVIDIA GPUs. Until it computes, its provider takes the place and says why; the packages driver, dnn
 * and blas beneath will be the only code that sees JCuda.
 */
@NullMarked
package org.gabor.cuda;

import org.jspecify.annotations.NullMarked;
