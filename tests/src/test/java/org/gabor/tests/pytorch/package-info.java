/**
 * PyTorch's own numbers, from reference.json (made by {@code pytorch/reference.py} of the test data): what the oracle
 * and every backend must compute.
 */
@NullMarked
package org.gabor.tests.pytorch;

import org.jspecify.annotations.NullMarked;
