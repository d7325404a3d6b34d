package org.gabor.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The identity of a data set as a hash of all that training can see of it. */
final class Fingerprint {
    private Fingerprint() {
    }

    /** SHA-256 over size, c, h, w, the class names with their lengths, then label and identity of each image. */
    static String of(Dataset data) {
        MessageDigest digest = sha256();
        digest.update(ints(data.size(), data.channels(), data.height(), data.width(), data.classes().size()));
        for (String name : data.classes()) {
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
            digest.update(ints(utf8.length));
            digest.update(utf8);
        }
        for (int i = 0; i < data.size(); i++) {
            digest.update(ints(data.label(i)));
            digest.update(data.identity(i));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * values.length);
        bytes.asIntBuffer().put(values);
        return bytes.array();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
