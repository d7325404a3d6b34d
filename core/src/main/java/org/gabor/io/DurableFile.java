package org.gabor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.gabor.WriteException;

/**
 * Replaces a file so that at every moment either the old or the new content is there in full: written to a temporary
 * name in the same folder, forced to the disk, read again and compared, moved over the old one, and the folder forced
 * as well.
 */
public final class DurableFile {
    private static final int PIECE = 1 << 20;

    private DurableFile() {}

    /**
     * Writes {@code parts} one after another.
     *
     * @throws WriteException if the target is something else than a regular file, or cannot be written; the old content
     *     is then as it was, and no temporary file stays behind
     */
    public static void write(Path target, List<ByteBuffer> parts) {
        Path file = target.toAbsolutePath();
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
            throw new WriteException(target + " is not a regular file; choose another name");
        Path folder = Objects.requireNonNull(file.getParent(), "a file lies in a folder");
        try {
            Files.createDirectories(folder);
            Path temporary = temporary(folder, file);
            try {
                try (var out = FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                    for (ByteBuffer part : parts) {
                        ByteBuffer rest = part.duplicate();
                        while (rest.hasRemaining()) out.write(rest);
                    }
                    out.force(true);
                }
                verify(temporary, parts);
                move(temporary, file);
            } finally {
                Files.deleteIfExists(temporary);
            }
            force(folder);
        } catch (IOException e) {
            long bytes = parts.stream().mapToLong(ByteBuffer::remaining).sum();
            throw failed(target, bytes, e);
        }
    }

    /**
     * Appends a text. It is not forced to the disk: after a power cut the end may be missing.
     *
     * @throws WriteException if it cannot be written; the file is then as it was
     */
    public static void append(Path target, String text) {
        ByteBuffer rest = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        try (var out = FileChannel.open(target, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            long before = out.size();
            try {
                out.position(before);
                while (rest.hasRemaining()) out.write(rest);
            } catch (IOException e) {
                out.truncate(before);
                throw e;
            }
        } catch (IOException e) {
            throw failed(target, rest.limit(), e);
        }
    }

    /**
     * Gives the content of a file a second name in the same folder, durably; it stays there when the file is replaced.
     * Does nothing if there is no such file.
     *
     * @throws WriteException if that cannot be done; both names then stand for what they stood for
     */
    public static void keep(Path file, Path name) {
        if (!Files.exists(file)) return;
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a folder");
        Path temporary = temporary(folder, name);
        long bytes = 0;
        try {
            bytes = Files.size(file);
            try {
                link(file, temporary);
                move(temporary, name);
            } finally {
                Files.deleteIfExists(temporary); // where both names already stood for one file, moving leaves it
            }
            force(folder);
        } catch (IOException e) {
            throw failed(name, bytes, e);
        }
    }

    private static void link(Path file, Path name) throws IOException {
        try {
            Files.createLink(name, file);
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.copy(file, name); // a file system without hard links
            try (var out = FileChannel.open(name, StandardOpenOption.WRITE)) {
                out.force(true);
            }
        }
    }

    private static Path temporary(Path folder, Path target) {
        return folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    }

    private static WriteException failed(Path target, long bytes, IOException e) {
        return new WriteException("cannot write " + bytes + " bytes to " + target + ": " + reason(e)
                + "; free some space or choose another folder", e);
    }

    /** What the system gives back must be what was written. */
    private static void verify(Path written, List<ByteBuffer> parts) throws IOException {
        try (var in = FileChannel.open(written, StandardOpenOption.READ)) {
            ByteBuffer piece = ByteBuffer.allocate(PIECE);
            for (ByteBuffer part : parts) {
                ByteBuffer rest = part.duplicate();
                while (rest.hasRemaining()) {
                    piece.clear().limit(Math.min(PIECE, rest.remaining()));
                    while (piece.hasRemaining()) if (in.read(piece) < 0) throw new IOException("it ends too early");
                    ByteBuffer expected = rest.slice(rest.position(), piece.flip().limit());
                    if (!expected.equals(piece)) throw new IOException("other bytes are read than were written");
                    rest.position(rest.position() + expected.capacity());
                }
            }
            if (in.position() != in.size()) throw new IOException("it is longer than what was written");
        }
    }

    /**
     * Gives something that was written under another name in the same folder its own.
     *
     * @throws IOException if it cannot be moved
     */
    public static void place(Path temporary, Path target) throws IOException {
        move(temporary, target);
        force(Objects.requireNonNull(target.toAbsolutePath().getParent(), "a file lies in a folder"));
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void force(Path folder) {
        try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            // some systems cannot force a folder; the file itself is safe
        }
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return e.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
    }
}
