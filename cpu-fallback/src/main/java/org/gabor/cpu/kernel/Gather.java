package org.gabor.cpu.kernel;

/**
 * Copies samples, one behind the other.
 *
 * @param source address of all samples
 * @param samples how many these are
 * @param indices address of the numbers of those that are copied
 * @param target address of the first copy
 * @param count how many are copied
 * @param bytes of a sample
 */
public record Gather(long source, long samples, long indices, long target, int count, long bytes) implements Description {}
