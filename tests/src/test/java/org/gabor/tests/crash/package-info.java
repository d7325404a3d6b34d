/** Processes that are killed while they train or save: nothing is lost. */
@NullMarked
package org.gabor.tests.crash;

import org.jspecify.annotations.NullMarked;
