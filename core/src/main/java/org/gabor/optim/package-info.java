/** Optimizers as rules over slabs, and learning-rate schedules as functions of the step. */
@NullMarked
package org.gabor.optim;

import org.jspecify.annotations.NullMarked;
