/** The example of docs/custom-op.md: an operation and a layer that a user adds. */
@NullMarked
package org.gabor.tests.custom;

import org.jspecify.annotations.NullMarked;
