/** Files: JSON, safetensors, and writing so that nothing is ever lost. */
@NullMarked
package org.gabor.io;

import org.jspecify.annotations.NullMarked;
