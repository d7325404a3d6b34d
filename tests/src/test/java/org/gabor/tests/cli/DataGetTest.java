package org.gabor.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gabor data get} and {@code verify} with a server on this machine. */
class DataGetTest {
    private final HttpServer server = server(Path.of(System.getProperty("gabor.test.data", "none")).resolve("mnist"));

    @TempDir
    private Path dir;

    private static HttpServer server(Path folder) {
        assumeTrue(Files.isDirectory(folder), "skipped: no folder mnist in gabor.test.data");
        return SimpleFileServer.createFileServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                folder.toAbsolutePath().normalize(), SimpleFileServer.OutputLevel.NONE);
    }

    @BeforeEach
    void start() { server.start(); }

    @AfterEach
    void stop() { server.stop(0); }

    private String mirror() { return "http://127.0.0.1:" + server.getAddress().getPort() + "/"; }

    @Test
    void mnistIsFetchedVerifiedAndReadyToTrainOn() throws IOException {
        Path out = dir.resolve("mnist");
        Cli get = Cli.run("data", "get", "mnist", "--out", out.toString(), "--mirror", mirror());
        assertThat(get.exitCode()).as(get.err()).isZero();
        assertThat(get.out()).contains("mnist is in " + out + ": train 60,000, test 10,000");
        assertThat(get.err()).contains("fetching  train-images-idx3-ubyte.gz (9.5 MiB)", "--data mnist:" + out);
        try (var files = Files.list(out)) {
            assertThat(files).hasSize(4);
        }
        Cli verify = Cli.run("data", "verify", "mnist:" + out);
        assertThat(verify.exitCode()).as(verify.err()).isZero();
        assertThat(verify.out()).contains("t10k-labels-idx1-ubyte.gz: SHA-256 as published",
                "train: 60,000 images of 10 classes can be read", "test: 10,000 images");

        Files.copy(out.resolve("train-images-idx3-ubyte.gz"), dir.resolve("kept"));
        Files.write(out.resolve("t10k-labels-idx1-ubyte.gz"), new byte[10]);
        Cli damaged = Cli.run("data", "verify", "mnist:" + out, "--json");
        assertThat(damaged.exitCode()).isEqualTo(3);
        assertThat(damaged.err()).contains("1 problem in mnist:" + out, "t10k-labels-idx1-ubyte.gz: SHA-256 is ");
        assertThat(damaged.out()).contains("\"problems\"");
        assertThat(Cli.run("data", "get", "mnist", "--out", out.toString(), "--mirror", mirror()).exitCode())
                .as("a file that is there is not replaced").isEqualTo(3);
    }

    @Test
    void aMirrorThatLacksTheFilesIsADataError() {
        Cli get = Cli.run("data", "get", "cifar10", "--out", dir.toString(), "--mirror", mirror());
        assertThat(get.exitCode()).isEqualTo(3);
        assertThat(get.err()).contains("cannot fetch cifar-10-binary.tar.gz", "says 404", "--mirror URL")
                .doesNotContain("\tat ");
    }

    @Test
    void everyDamagedImageOfAFolderIsListed() throws IOException {
        Path photos = dir.resolve("photos");
        assertThat(Cli.run("data", "export", "digits", "--out", photos.toString(), "--count", "40").exitCode()).isZero();
        assertThat(Cli.run("data", "verify", "imagefolder:" + photos).out()).contains("train: 40 images of 10 classes");
        int bad = 0;
        try (var files = Files.walk(photos)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().limit(3).toList()) {
                byte[] png = Files.readAllBytes(file);
                png[png.length / 2] ^= (byte) (1 << bad++);
                Files.write(file, png);
            }
        }
        Cli verify = Cli.run("data", "verify", "imagefolder:" + photos);
        assertThat(verify.exitCode()).isEqualTo(3);
        assertThat(verify.err().lines().filter(l -> l.contains(".png is damaged"))).hasSize(3);
        assertThat(verify.err()).contains("3 problems in imagefolder:" + photos);
    }
}
