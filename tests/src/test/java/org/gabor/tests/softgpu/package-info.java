/** The software CUDA device passes its own tests. */
@NullMarked
package org.gabor.tests.softgpu;

import org.jspecify.annotations.NullMarked;
