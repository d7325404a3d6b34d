/**
 * The Java emitter: runs kernel descriptions by plain loops that C2 vectorises. Off-heap operands are staged in small
 * heap arrays by bulk copies, since C2 only vectorises where it can tell that arrays do not overlap.
 */
@NullMarked
package org.gabor.cpu.emit;

import org.jspecify.annotations.NullMarked;
