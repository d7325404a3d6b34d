/**
 * From a graph to a plan: Simplify, Fuse, Layouts, Plan, each a pass over the node list, steered by the rules that a
 * backend states. {@link org.gabor.compile.Compiler} runs them in order.
 */
@NullMarked
package org.gabor.compile;

import org.jspecify.annotations.NullMarked;
