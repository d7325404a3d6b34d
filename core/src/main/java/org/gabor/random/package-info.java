/**
 * Counter-based random numbers: every number is a pure function of its key and counter, so that masks, order and
 * augmentation are the same on every backend and for any number of threads, and nothing needs saving for a resume.
 */
@NullMarked
package org.gabor.random;

import org.jspecify.annotations.NullMarked;
