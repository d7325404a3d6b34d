/** Mistakes that people make in networks, and the errors they get. */
@NullMarked
package org.gabor.tests.mistakes;

import org.jspecify.annotations.NullMarked;
