package org.gabor.tests.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file of a {@link FaultyDisk} that is open for writing. */
final class FaultyChannel extends FileChannel {
    private final FaultyDisk disk;
    private final Path path;
    private final FileChannel file;

    FaultyChannel(FaultyDisk disk, Path path, FileChannel file) {
        this.disk = disk;
        this.path = path;
        this.file = file;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        return disk.write(path, bytes.remaining(), most -> {
            int written = file.write(bytes.slice(bytes.position(), most));
            bytes.position(bytes.position() + written);
            return written;
        });
    }

    @Override
    public long write(ByteBuffer[] parts, int offset, int length) throws IOException {
        long written = 0;
        for (int i = offset; i < offset + length; i++) written += write(parts[i]);
        return written;
    }

    @Override
    public int write(ByteBuffer bytes, long position) { throw new UnsupportedOperationException(); }

    @Override
    public void force(boolean metadata) throws IOException {
        disk.force(path);
        file.force(metadata);
    }

    @Override
    public int read(ByteBuffer to) throws IOException { return file.read(to); }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException { return file.read(to, offset, length); }

    @Override
    public int read(ByteBuffer to, long position) throws IOException { return file.read(to, position); }

    @Override
    public long position() throws IOException { return file.position(); }

    @Override
    public FileChannel position(long position) throws IOException {
        file.position(position);
        return this;
    }

    @Override
    public long size() throws IOException { return file.size(); }

    @Override
    public FileChannel truncate(long size) throws IOException {
        file.truncate(size);
        return this;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) { throw new UnsupportedOperationException(); }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) { throw new UnsupportedOperationException(); }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return file.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException { file.close(); }
}
