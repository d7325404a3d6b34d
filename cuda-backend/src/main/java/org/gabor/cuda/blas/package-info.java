/** cuBLAS: matrix products. */
@NullMarked
package org.gabor.cuda.blas;

import org.jspecify.annotations.NullMarked;
