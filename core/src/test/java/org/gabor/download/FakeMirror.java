package org.gabor.download;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server on this machine that has files, and bad habits on request. */
final class FakeMirror implements AutoCloseable {
    /** What it does with a request. */
    interface Habit {
        /** Answers, or leaves it to the next habit by returning false. */
        boolean answer(HttpExchange exchange, byte[] content, int from) throws IOException;
    }

    private final HttpServer server;
    private final Map<String, byte[]> files = new HashMap<>();
    private final List<Habit> once = Collections.synchronizedList(new ArrayList<>());
    /** Range headers of all requests, "" for none. */
    final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private boolean knowsRanges = true;

    FakeMirror() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String address() { return "http://127.0.0.1:" + server.getAddress().getPort() + "/data"; }

    FakeMirror file(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    /** The next request is answered so. */
    FakeMirror next(Habit habit) {
        once.add(habit);
        return this;
    }

    FakeMirror withoutRanges() {
        knowsRanges = false;
        return this;
    }

    static Habit status(int code) {
        return (exchange, content, from) -> {
            exchange.sendResponseHeaders(code, -1);
            return true;
        };
    }

    /** Promises all and breaks the connection after some bytes. */
    static Habit breaksAfter(int bytes) {
        return (exchange, content, from) -> {
            if (from > 0) exchange.getResponseHeaders().set("Content-Range",
                    "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            exchange.getResponseBody().write(content, from, Math.min(bytes, content.length - from));
            exchange.getResponseBody().flush();
            throw new IOException("broken on purpose");
        };
    }

    /** Sends some bytes and then nothing more. */
    static Habit stallsAfter(int bytes) {
        return (exchange, content, from) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, bytes);
            exchange.getResponseBody().flush();
            try {
                TimeUnit.SECONDS.sleep(20);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return true;
        };
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            ranges.add(range == null ? "" : range);
            byte[] content = files.get(exchange.getRequestURI().getPath().replaceFirst(".*/", ""));
            int from = range == null || !knowsRanges ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            if (!once.isEmpty() && once.removeFirst().answer(exchange, content == null ? new byte[0] : content, from)) return;
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (from >= content.length) {
                exchange.sendResponseHeaders(416, -1);
            } else {
                if (from > 0) exchange.getResponseHeaders().set("Content-Range",
                        "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
                exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
                exchange.getResponseBody().write(content, from, content.length - from);
            }
        }
    }

    @Override
    public void close() { server.stop(0); }
}
