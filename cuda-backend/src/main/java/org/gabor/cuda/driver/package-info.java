/**
 * The CUDA driver: contexts, streams, events, memory, modules, launches and graphs, each with one owner. Thin and checked
 * on every call. With {@code dnn} and {@code blas} this is the only code that sees JCuda.
 */
@NullMarked
package org.gabor.cuda.driver;

import org.jspecify.annotations.NullMarked;
