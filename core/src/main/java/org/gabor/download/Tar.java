package org.gabor.download;

import java.io.BufferedInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.gabor.DataException;

/**
 * Takes regular files out of a gzipped tar archive (POSIX.1-1988 ustar): blocks of 512 bytes, a head that holds name,
 * octal size and type, then the content, filled up to whole blocks. Folders are left out, and files of all folders put
 * into one. Names that lead elsewhere, links and archives that grow without bounds are refused.
 */
final class Tar {
    private static final int BLOCK = 512, NAME = 100, SIZE_AT = 124, SIZE_LENGTH = 12, TYPE_AT = 156, SUM_AT = 148;
    private static final int SUM_LENGTH = 8;
    private static final long MOST_BYTES = 1L << 32;

    private final Path archive;
    private final InputStream in;
    private long offset;

    private Tar(Path archive, InputStream in) {
        this.archive = archive;
        this.in = in;
    }

    /** Writes the files of {@code archive} into the folder {@code dir}, which must exist, each by its last name. */
    static void extract(Path archive, Path dir) throws IOException {
        try (var in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive)), BLOCK * 128)) {
            new Tar(archive, in).extractTo(dir);
        }
    }

    private void extractTo(Path dir) throws IOException {
        for (byte[] head = block(); !isZero(head); head = block()) {
            checkSum(head);
            String name = text(head, 0, NAME);
            long size = octal(head, SIZE_AT, SIZE_LENGTH);
            int type = head[TYPE_AT];
            if (type == '0' || type == 0) {
                String last = name.substring(name.lastIndexOf('/') + 1);
                if (last.isEmpty() || name.startsWith("/") || name.contains("..") || name.contains("\\"))
                    throw damaged("names a file '" + name + "'");
                if (size > MOST_BYTES - offset) throw damaged("says that " + name + " has " + size + " bytes");
                try (var out = new FileOutputStream(dir.resolve(last).toFile())) {
                    copy(size, out);
                    out.getFD().sync();
                }
            } else if (type == '5' || type == 'x' || type == 'g') {
                copy(size, OutputStream.nullOutputStream());
            } else {
                throw damaged("holds '" + name + "' of type '" + (char) type + "', expected files and folders");
            }
        }
    }

    private byte[] block() throws IOException {
        byte[] block = in.readNBytes(BLOCK);
        if (block.length < BLOCK) throw damaged("ends within a block");
        offset += BLOCK;
        return block;
    }

    private void copy(long size, OutputStream out) throws IOException {
        for (long left = size; left > 0; left -= BLOCK) out.write(block(), 0, (int) Math.min(left, BLOCK));
    }

    private void checkSum(byte[] head) {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) sum += i >= SUM_AT && i < SUM_AT + SUM_LENGTH ? ' ' : head[i] & 0xFF;
        if (sum != octal(head, SUM_AT, SUM_LENGTH)) throw damaged("has a head with a wrong sum");
    }

    private long octal(byte[] head, int at, int length) {
        String digits = text(head, at, length).strip();
        if (!digits.matches("[0-7]{1,11}")) throw damaged("has a head with '" + digits + "' for a number");
        return Long.parseLong(digits, 8);
    }

    private static String text(byte[] head, int at, int length) {
        int end = at;
        while (end < at + length && head[end] != 0) end++;
        return new String(head, at, end - at, StandardCharsets.UTF_8);
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) if (b != 0) return false;
        return true;
    }

    private DataException damaged(String what) {
        return new DataException(archive + " " + what + " at byte " + offset
                + " of its content; it is damaged: remove it and fetch it again.");
    }
}
