package org.gabor.download;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.gabor.DataException;
import org.gabor.WriteException;
import org.gabor.io.DurableFile;

/**
 * Fetches one file over HTTP into {@code NAME.part}, goes on where a broken connection or an earlier process left off
 * (RFC 9110, section 14: ranges), turns to the next mirror where one fails, and gives the file its name when its
 * checksum is right. At no time is there a file of that name that is not whole.
 */
final class Fetch {
    private static final int OK = 200, PARTIAL = 206, RANGE_NOT_SATISFIABLE = 416;
    private static final int BUFFER = 1 << 16;
    /** Connections to one mirror that may break without a byte having come. */
    private static final int IDLE_TRIES = 2;
    /** No published data set is larger; a server that sends more is not to fill the disk. */
    private static final long MOST_BYTES = 1L << 34;

    private final HttpClient client;
    private final Duration patience;
    private final DownloadProgress progress;

    /** A mirror does not have the file, or what it has is wrong: there is no use in asking it again. */
    private static final class MirrorException extends IOException {
        private static final long serialVersionUID = 1;

        MirrorException(String message) {
            super(message);
        }
    }

    /**
     * A fetcher.
     *
     * @param patience how long a server may take to answer, and between two pieces of its answer
     */
    Fetch(Duration patience, DownloadProgress progress) {
        this.client = HttpClient.newBuilder().connectTimeout(patience).followRedirects(HttpClient.Redirect.NORMAL).build();
        this.patience = patience;
        this.progress = progress;
    }

    /**
     * Fetches a file from the first mirror that has it.
     *
     * @param mirrors addresses to which the name is appended
     * @throws DataException with what each mirror said, if none has it
     * @throws WriteException if it cannot be written
     */
    void file(RemoteFile file, List<String> mirrors, Path dir) {
        Path part = dir.resolve(file.name() + ".part");
        var said = new ArrayList<String>();
        for (String mirror : mirrors) {
            URI address = address(mirror, file.name());
            try {
                from(address, file, part);
                DurableFile.place(part, dir.resolve(file.name()));
                return;
            } catch (IOException e) {
                String reason = address + ": " + reason(e);
                said.add(reason);
                progress.note(reason + (said.size() < mirrors.size() ? "; trying the next mirror" : ""));
            }
        }
        throw new DataException("cannot fetch " + file.name() + ": " + String.join("; ", said)
                + ". What has come is kept: try again later, name another source with --mirror URL, or put the file into "
                + dir + " yourself.");
    }

    private static URI address(String mirror, String name) {
        try {
            return URI.create(mirror.endsWith("/") ? mirror + name : mirror + "/" + name);
        } catch (IllegalArgumentException e) {
            throw new DataException("'" + mirror + "' is no address; expected one such as https://host/folder/", e);
        }
    }

    /** All of the file from one mirror, through as many connections as it takes. */
    private void from(URI address, RemoteFile file, Path part) throws IOException {
        int idle = 0;
        while (true) {
            long before = size(part);
            try {
                if (connection(address, file, part)) break;
                idle = 0;
            } catch (MirrorException e) {
                throw e;
            } catch (IOException e) {
                idle = size(part) > before ? 0 : idle + 1;
                if (idle > IDLE_TRIES) throw e;
            }
        }
        if (!file.checksum().fits(part)) {
            Files.delete(part);
            throw new MirrorException("what it sent has another " + file.checksum().algorithm() + " than "
                    + file.checksum().hex() + ", which was published");
        }
    }

    private static long size(Path file) throws IOException { return Files.exists(file) ? Files.size(file) : 0; }

    /** One connection; true if the file is complete, false if it has to be asked for again from the start. */
    private boolean connection(URI address, RemoteFile file, Path part) throws IOException {
        long have = size(part);
        HttpRequest.Builder request;
        try {
            request = HttpRequest.newBuilder(address).timeout(patience).header("User-Agent", "gabor");
        } catch (IllegalArgumentException e) {
            throw new MirrorException("is no address that can be fetched (" + e.getMessage() + ")");
        }
        if (have > 0) request.header("Range", "bytes=" + have + "-");
        HttpResponse<InputStream> response = send(request.build());
        try (InputStream body = response.body()) {
            switch (response.statusCode()) {
                case OK -> have = 0;
                case PARTIAL -> {
                    String range = response.headers().firstValue("Content-Range").orElse("");
                    if (!range.startsWith("bytes " + have + "-")) throw new MirrorException("asked for bytes from " + have
                            + " on, it sent '" + range + "'");
                }
                case RANGE_NOT_SATISFIABLE -> {
                    if (have == 0) throw new MirrorException("says 416 to a request for the whole file");
                    if (file.checksum().fits(part)) return true;
                    Files.delete(part);
                    return false;
                }
                default -> throw new MirrorException("says " + response.statusCode());
            }
            long rest = response.headers().firstValueAsLong("Content-Length").orElse(-1);
            receive(body, file.name(), part, have, rest < 0 ? -1 : have + rest);
        }
        return true;
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MirrorException("interrupted");
        }
    }

    private void receive(InputStream body, String name, Path part, long from, long total) throws IOException {
        var last = new AtomicLong(System.nanoTime());
        Thread watch = Thread.ofVirtual().start(() -> watch(body, last));
        long done = from, shown = last.get();
        try (var out = open(part)) {
            out.truncate(from).position(from);
            var buffer = new byte[BUFFER];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                last.set(System.nanoTime());
                write(out, ByteBuffer.wrap(buffer, 0, n), part);
                done += n;
                if (done > MOST_BYTES) throw new MirrorException("sends more than " + MOST_BYTES + " bytes");
                if (last.get() - shown > 200_000_000) {
                    shown = last.get();
                    progress.update(name, done, total);
                }
            }
            out.force(true);
        } finally {
            watch.interrupt();
        }
        if (total >= 0 && done < total) throw new IOException("the connection broke after " + done + " of " + total + " bytes");
        progress.update(name, done, total);
    }

    /** Closes a stream that nothing has come from for too long: that wakes its reader. */
    private void watch(InputStream body, AtomicLong last) {
        try {
            while (System.nanoTime() - last.get() < patience.toNanos()) Thread.sleep(Math.max(1, patience.toMillis() / 10));
            body.close();
        } catch (InterruptedException | IOException e) {
            // all has come, or the stream is closed already
        }
    }

    private static FileChannel open(Path part) {
        try {
            return FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw cannotWrite(part, e);
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes, Path part) {
        try {
            while (bytes.hasRemaining()) out.write(bytes);
        } catch (IOException e) {
            throw cannotWrite(part, e);
        }
    }

    private static WriteException cannotWrite(Path part, IOException e) {
        return new WriteException("cannot write " + part + ": " + e + "; free some space, or choose another folder with --out",
                e);
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
