package org.gabor.download;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a file must hash to.
 *
 * @param algorithm {@code SHA-256}, or {@code MD5} where nothing better was published
 * @param hex the hash, in small letters
 */
public record Checksum(String algorithm, String hex) {
    private static final int BUFFER = 1 << 16;

    static Checksum sha256(String hex) { return new Checksum("SHA-256", hex); }

    static Checksum md5(String hex) { return new Checksum("MD5", hex); }

    /** The hash of a file by the same algorithm. */
    String of(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256 and MD5", e);
        }
        try (InputStream in = Files.newInputStream(file)) {
            var buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) digest.update(buffer, 0, n);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** True if the file is what it should be. */
    boolean fits(Path file) throws IOException { return of(file).equals(hex); }
}
