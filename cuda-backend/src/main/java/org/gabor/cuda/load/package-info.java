/**
 * Finds NVIDIA's libraries and looks at them before anything depends on them, and puts JCuda's natives where they can be
 * loaded from safely. All by the foreign-function API: nothing here touches JCuda's classes, since with those a missing
 * symbol ends the process.
 */
@NullMarked
package org.gabor.cuda.load;

import org.jspecify.annotations.NullMarked;
