/** Training, evaluation and prediction: what a user of the library meets first. */
@NullMarked
package org.gabor.train;

import org.jspecify.annotations.NullMarked;
