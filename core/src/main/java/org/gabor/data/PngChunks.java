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
    private static final int IHDR = 0x49484452;
    private static final int BEST_RATIO = 1032;

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
        checkHolds(path, in);
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

    /** Fails if the pixels that the head claims are more than deflate can pack into a file of this length. */
    private static void checkHolds(Path path, ByteBuffer file) {
        int head = Long.BYTES + 2 * Integer.BYTES;
        if (file.limit() < head + 10 || file.getInt(head - Integer.BYTES) != IHDR) {
            return; // what is wrong shows when the chunks are walked, or to ImageIO
        }
        long width = Math.min(file.getInt(head) & 0xFFFFFFFFL, 1 << 20);
        long height = Math.min(file.getInt(head + 4) & 0xFFFFFFFFL, 1 << 20);
        int depth = file.get(head + 8);
        int samples = switch (file.get(head + 9)) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
        if (height * Math.ceilDiv(width * depth * samples, 8L) / BEST_RATIO > file.limit()) {
            throw new DataException(path + " says that it is " + height + " x " + width + " pixels, which its "
                    + file.limit() + " bytes cannot hold; the file is damaged: get it again, or remove it.");
        }
    }
}
