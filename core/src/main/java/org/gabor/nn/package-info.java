/** Layers: functions from a value to a value that ask their scope for parameters, and networks as data. */
@NullMarked
package org.gabor.nn;

import org.jspecify.annotations.NullMarked;
