/** Published data sets: where they are, how they are fetched, and how it is known that they are whole. */
@NullMarked
package org.gabor.download;

import org.jspecify.annotations.NullMarked;
