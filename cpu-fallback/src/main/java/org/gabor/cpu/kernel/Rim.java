package org.gabor.cpu.kernel;

/**
 * Zeros in the halo around planes that lie one behind the other.
 *
 * @param address of the first plane, its halo included
 * @param planes how many
 * @param planeBytes from plane to plane
 * @param rows rows of a plane without its halo
 * @param rowBytes from row to row
 * @param halo rows of halo above and below
 * @param side bytes of halo on each side of a row
 */
public record Rim(long address, int planes, long planeBytes, int rows, long rowBytes, int halo, long side)
        implements Description {}
