package org.gabor.download;

/**
 * A file that can be fetched.
 *
 * @param name what it is called, here and at every mirror
 * @param checksum what it must hash to
 */
public record RemoteFile(String name, Checksum checksum) {}
