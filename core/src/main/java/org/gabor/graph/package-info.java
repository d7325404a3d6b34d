/**
 * What a network is: values, operations and their gradients, as an append-only list of nodes.
 *
 * <p>Nothing here computes. Shapes are logical (images are always n, c, h, w); where bytes lie is decided in
 * {@link org.gabor.compile}, how they are computed in a backend.
 */
@NullMarked
package org.gabor.graph;

import org.jspecify.annotations.NullMarked;
