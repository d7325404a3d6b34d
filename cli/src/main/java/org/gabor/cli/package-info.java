/**
 * What a person types. The only code that prints; it sees no backend: those are found at run time.
 */
@NullMarked
package org.gabor.cli;

import org.jspecify.annotations.NullMarked;
