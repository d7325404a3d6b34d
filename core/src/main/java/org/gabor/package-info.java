/**
 * The errors that Gabor throws, one type for each exit code of the command line, and the suggestions in their texts.
 * What computes lives in the packages below.
 */
@NullMarked
package org.gabor;

import org.jspecify.annotations.NullMarked;
