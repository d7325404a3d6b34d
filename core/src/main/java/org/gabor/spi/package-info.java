/** What a backend implements: storage, compiled graphs, and a provider by which it is found. */
@NullMarked
package org.gabor.spi;

import org.jspecify.annotations.NullMarked;
