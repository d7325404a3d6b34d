/**
 * The double-precision oracle: what a graph computes, by naive loops straight from the formulas of the operations, and
 * how far 32-bit floats may be from it. Neither is ever optimised.
 */
@NullMarked
package org.gabor.tests.oracle;

import org.jspecify.annotations.NullMarked;
