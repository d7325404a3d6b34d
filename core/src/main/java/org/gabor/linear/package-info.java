/** Linear algebra on the host, in double: what the preparation of data needs. */
@NullMarked
package org.gabor.linear;

import org.jspecify.annotations.NullMarked;
