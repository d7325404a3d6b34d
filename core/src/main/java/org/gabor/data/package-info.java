/**
 * Labelled images: the data sets Gabor reads (IDX, CIFAR-10, image folders), the one it draws itself (digits),
 * their parts, and single images to and from files.
 */
@NullMarked
package org.gabor.data;

import org.jspecify.annotations.NullMarked;
