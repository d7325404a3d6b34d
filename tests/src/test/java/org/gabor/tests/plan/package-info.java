/** Plans, without a backend: what the passes make of a graph by rules that are made up for the purpose. */
@NullMarked
package org.gabor.tests.plan;

import org.jspecify.annotations.NullMarked;
