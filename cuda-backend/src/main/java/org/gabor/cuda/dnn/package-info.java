/** cuDNN: convolutions forward and backward, with the choice of their algorithms. */
@NullMarked
package org.gabor.cuda.dnn;

import org.jspecify.annotations.NullMarked;
