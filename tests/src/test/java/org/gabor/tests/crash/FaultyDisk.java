package org.gabor.tests.crash;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of the system, of which every write, force, rename, link and new folder can be made to fail. Whatever gets a
 * {@link #path} of it reads and writes through it, without knowing. Deleting and reading always work, as on a full disk.
 */
final class FaultyDisk extends FileSystemProvider {
    private final System files = new System();
    private final FileSystemProvider disk = Path.of("").getFileSystem().provider();
    private final List<String> operations = new ArrayList<>();
    private int first = Integer.MAX_VALUE, last = Integer.MAX_VALUE;
    private long room = Long.MAX_VALUE;

    /** The same path on this disk. */
    Path path(Path real) {
        return (Path) Proxy.newProxyInstance(Path.class.getClassLoader(), new Class<?>[] {Path.class}, (_, method, args) -> {
            if (method.getName().equals("getFileSystem")) return files;
            Object[] plain = args == null ? null : Arrays.stream(args).map(FaultyDisk::plain).toArray();
            try {
                Object result = method.invoke(real, plain);
                return result instanceof Path p ? path(p) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private static @Nullable Object plain(@Nullable Object o) { return o instanceof Path p ? real(p) : o; }

    private static Path real(Path path) {
        return path.getFileSystem() instanceof System ? Path.of(path.toString()) : path;
    }

    /** From now on operations {@code from} to {@code to}, counted from 0, fail with "Input/output error". */
    void fail(int from, int to) {
        operations.clear();
        first = from;
        last = to;
    }

    /** From now on so many bytes can be written, then the disk is full. */
    void leave(long bytes) { room = bytes; }

    /** What was tried since {@link #fail} was called. */
    List<String> operations() { return operations; }

    private void attempt(String what, Path where) throws IOException {
        int number = operations.size();
        operations.add(what + " " + where.getFileName());
        if (number >= first && number <= last) throw new IOException("Input/output error");
    }

    /** Of {@code bytes} the number that can be written; half of them if the write is to fail. */
    int write(Path where, int bytes, Writer writer) throws IOException {
        try {
            attempt("write", where);
        } catch (IOException e) {
            writer.write(bytes / 2);
            throw e;
        }
        if (room == 0 && bytes > 0) throw new IOException("No space left on device");
        int written = writer.write((int) Math.min(bytes, room));
        if (room < Long.MAX_VALUE) room -= written;
        return written;
    }

    void force(Path where) throws IOException { attempt("force", where); }

    /** Writes at most so many bytes and says how many. */
    interface Writer {
        int write(int most) throws IOException;
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        FileChannel channel = FileChannel.open(real(path), options, attributes);
        return options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND)
                ? new FaultyChannel(this, real(path), channel) : channel;
    }

    @Override
    public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public void createDirectory(Path dir, FileAttribute<?>... attributes) throws IOException {
        if (!Files.exists(real(dir))) attempt("make", dir); // or it just says that it is there
        disk.createDirectory(real(dir), attributes);
    }

    @Override
    public void createLink(Path link, Path existing) throws IOException {
        attempt("link", link);
        disk.createLink(real(link), real(existing));
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        attempt("move", target);
        disk.move(real(source), real(target), options);
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        attempt("copy", target);
        disk.copy(real(source), real(target), options);
    }

    @Override
    public void delete(Path path) throws IOException { disk.delete(real(path)); }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path dir, DirectoryStream.Filter<? super Path> filter) throws IOException {
        var entries = new ArrayList<Path>();
        try (var all = disk.newDirectoryStream(real(dir), _ -> true)) {
            for (Path entry : all) if (filter.accept(path(entry))) entries.add(path(entry));
        }
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() { return entries.iterator(); }

            @Override
            public void close() {}
        };
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException { disk.checkAccess(real(path), modes); }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options) throws IOException {
        return disk.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return disk.readAttributes(real(path), attributes, options);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return disk.getFileAttributeView(real(path), type, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        disk.setAttribute(real(path), attribute, value, options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException { return disk.isSameFile(real(one), real(other)); }

    @Override
    public boolean isHidden(Path path) throws IOException { return disk.isHidden(real(path)); }

    @Override
    public FileStore getFileStore(Path path) throws IOException { return disk.getFileStore(real(path)); }

    @Override
    public String getScheme() { return "faulty"; }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) { throw new UnsupportedOperationException(); }

    @Override
    public FileSystem getFileSystem(URI uri) { return files; }

    @Override
    public Path getPath(URI uri) { throw new UnsupportedOperationException(); }

    /** What a path's {@code getFileSystem} gives. */
    private final class System extends FileSystem {
        private final FileSystem real = Path.of("").getFileSystem();

        @Override
        public FileSystemProvider provider() { return FaultyDisk.this; }

        @Override
        public Path getPath(String first, String... more) { return path(real.getPath(first, more)); }

        @Override
        public PathMatcher getPathMatcher(String pattern) {
            PathMatcher matcher = real.getPathMatcher(pattern);
            return p -> matcher.matches(FaultyDisk.real(p));
        }

        @Override
        public void close() {}

        @Override
        public boolean isOpen() { return true; }

        @Override
        public boolean isReadOnly() { return false; }

        @Override
        public String getSeparator() { return real.getSeparator(); }

        @Override
        public Iterable<Path> getRootDirectories() { return real.getRootDirectories(); }

        @Override
        public Iterable<FileStore> getFileStores() { return real.getFileStores(); }

        @Override
        public Set<String> supportedFileAttributeViews() { return real.supportedFileAttributeViews(); }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() { return real.getUserPrincipalLookupService(); }

        @Override
        public WatchService newWatchService() { throw new UnsupportedOperationException(); }
    }
}
