package org.gabor.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.gabor.DataException;

/**
 * A file of records, plain or compressed with gzip, read from front to back. It knows where it stands, so that every
 * error names the file and the offset (of the uncompressed bytes).
 */
final class BinaryFile implements AutoCloseable {
    private static final int BUFFER = 1 << 16;
    /** No byte of a deflate stream holds more than this many bytes (zlib's technical notes). */
    private static final long BEST_RATIO = 1032;
    private static final String DAMAGED = "; the file is damaged or incomplete: get it again.";

    private final Path path;
    private final InputStream in;
    private final boolean compressed;
    private final long stored;
    private long offset;

    /**
     * Opens a file; a name that ends in {@code .gz} says that it is compressed.
     *
     * @throws DataException if it cannot be opened
     */
    BinaryFile(Path path) {
        this.path = path;
        this.compressed = path.toString().endsWith(".gz");
        if (!Files.isRegularFile(path)) {
            throw new DataException(path + (Files.exists(path) ? " is not a regular file." : " does not exist."));
        }
        try {
            this.stored = Files.size(path);
            InputStream file = Files.newInputStream(path);
            try {
                this.in = compressed ? new GZIPInputStream(file, BUFFER) : new BufferedInputStream(file, BUFFER);
            } catch (IOException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Fails unless the file can hold {@code expected} bytes in all; called before memory is taken for them. */
    void checkHolds(long expected, String what) {
        if (compressed ? expected > BEST_RATIO * stored : expected != stored) {
            throw new DataException(path + " has " + stored + (compressed ? " compressed" : "") + " bytes, but "
                    + what + " needs " + expected + DAMAGED);
        }
    }

    /** Bytes of the file as it is stored. */
    long stored() {
        return stored;
    }

    boolean compressed() {
        return compressed;
    }

    /** How many bytes have been read. */
    long offset() {
        return offset;
    }

    /**
     * Fills {@code target}.
     *
     * @param what what is read, for the message
     * @throws DataException if the file ends before
     */
    void read(byte[] target, String what) {
        int got = readUpTo(target);
        if (got < target.length) {
            throw new DataException(path + " ends at byte " + offset + " within " + what + ", which needs "
                    + (target.length - got) + " more" + DAMAGED);
        }
    }

    /** Fills {@code target} as far as the file goes, and returns how far that was. */
    int readUpTo(byte[] target) {
        try {
            int got = in.readNBytes(target, 0, target.length);
            offset += got;
            return got;
        } catch (EOFException e) {
            throw new DataException(path + " ends within its compressed data, after byte " + offset + DAMAGED, e);
        } catch (ZipException e) {
            throw new DataException(path + " has bad compressed data after byte " + offset + " (" + e.getMessage()
                    + ")" + DAMAGED, e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** A big-endian 32-bit number without sign. */
    long readUnsignedInt(String what) {
        byte[] word = new byte[Integer.BYTES];
        read(word, what);
        long value = 0;
        for (byte b : word) {
            value = value << 8 | b & 0xFF;
        }
        return value;
    }

    /** Fails unless all bytes have been read. */
    void checkEnd() {
        if (readUpTo(new byte[1]) != 0) {
            throw new DataException(path + " goes on after byte " + (offset - 1)
                    + ", where its data should end; the file is damaged, or of another format.");
        }
    }

    private DataException unreadable(IOException e) {
        return new DataException("cannot read " + path + ": " + e.getMessage()
                + (compressed ? "; it should be a gzip file, as its name says." : "."), e);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }
}
