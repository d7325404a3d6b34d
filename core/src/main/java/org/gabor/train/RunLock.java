package org.gabor.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gabor.UsageException;
import org.gabor.WriteException;

/**
 * A run folder that nobody else trains in. The system gives the lock back when the process ends, also by kill -9; the empty
 * file stays, since somebody may be waiting for it.
 */
public final class RunLock implements AutoCloseable {
    private final FileChannel file;

    private RunLock(FileChannel file) {
        this.file = file;
    }

    static RunLock of(Path path) {
        FileChannel file;
        try {
            file = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        } catch (IOException e) {
            throw new WriteException("cannot write " + path + ": " + e.getClass().getSimpleName() + " (" + e.getMessage()
                    + "); a training writes to its folder: make it writable", e);
        }
        if (tryLock(file)) return new RunLock(file);
        close(file);
        throw new UsageException(path.getParent() + " is in use: another process trains there. Wait until it is done, or end it"
                + " by Ctrl-C, which saves; what it came to is then gone on with");
    }

    /** Where a file system knows no locks, as some networks have it, nobody is kept out. */
    private static boolean tryLock(FileChannel file) {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process has it already
        } catch (IOException e) {
            return true;
        }
    }

    private static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            // nothing was written to it
        }
    }

    /** Lets others in. */
    @Override
    public void close() { close(file); }
}
