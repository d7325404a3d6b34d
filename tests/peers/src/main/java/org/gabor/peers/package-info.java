/** Gabor beside libtorch and ONNX Runtime: a program for each, which times the same work, and one that alternates them. */
@NullMarked
package org.gabor.peers;

import org.jspecify.annotations.NullMarked;
