/**
 * The conformance library: what every backend must compute, as a list of cases, and how a backend is judged by them.
 * It knows core only; backends are handed in.
 */
@NullMarked
package org.gabor.tests;

import org.jspecify.annotations.NullMarked;
