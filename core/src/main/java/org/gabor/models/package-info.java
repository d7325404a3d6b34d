/** Networks of the literature, each with its reference and a recipe to train it. */
@NullMarked
package org.gabor.models;

import org.jspecify.annotations.NullMarked;
