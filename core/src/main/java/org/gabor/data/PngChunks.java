package org.gabor.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.gabor.DataException;

/**
 * The frame of a PNG file: after the signature, chunks of length, type, data and CRC-32, the last of them IEND (PNG
 * specification, section 5). ImageIO checks few of the sums.
 */
final class PngChunks {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int FRAME = 3 * Integer.BYTES;

    private PngChunks() {
    }

    /** Whether a file starts as PNG files do. */
    static boolean isPng(byte[] file) {
        return file.length >= Long.BYTES && ByteBuffer.wrap(file).getLong() == SIGNATURE;
    }

    /**
     * Checks that all chunks are there and undamaged.
     *
     * @throws DataException if not
     */
    static void check(Path path, byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).position(Long.BYTES);
        while (true) {
            int start = in.position();
            if (in.remaining() < FRAME || in.getInt(start) < 0 || in.getInt(start) > in.remaining() - FRAME) {
                throw new DataException(path + " is damaged: it ends within the chunk at byte " + start
                        + "; get it again, or remove it.");
            }
            int length = in.getInt();
            CRC32 crc = new CRC32();
            crc.update(file, in.position(), Integer.BYTES + length);
            String type = new String(file, in.position(), Integer.BYTES, StandardCharsets.ISO_8859_1);
            in.position(in.position() + Integer.BYTES + length);
            if (in.getInt() != (int) crc.getValue()) {
                throw new DataException(path + " is damaged: the checksum of the chunk " + type + " at byte " + start
                        + " is wrong; get it again, or remove it.");
            }
            if (type.equals("IEND")) {
                return;
            }
        }
    }
}
