package org.gabor.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.gabor.DataException;
import org.gabor.UsageException;
import org.gabor.WriteException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedTest {
    private static final byte[] CONTENT = new byte[300_000];
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final DownloadProgress NOBODY = (file, done, total) -> {};

    static {
        new Random(1).nextBytes(CONTENT);
    }

    @TempDir
    private Path dir;
    private FakeMirror first;
    private FakeMirror second;

    @BeforeEach
    void start() throws IOException {
        first = new FakeMirror().file("a.bin", CONTENT);
        second = new FakeMirror().file("a.bin", CONTENT);
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    @Test
    void aFileIsFetchedOnceAndLeftAloneAfterwards() throws IOException {
        get();
        assertFetched();
        get();
        assertThat(first.ranges).containsExactly("");
    }

    @Test
    void aBrokenConnectionIsTakenUpWhereItBroke() throws IOException {
        first.next(FakeMirror.breaksAfter(100_000)).next(FakeMirror.breaksAfter(50_000)).next(FakeMirror.breaksAfter(1));
        get();
        assertFetched();
        assertThat(first.ranges).hasSize(4).startsWith("").doesNotHaveDuplicates();
        assertThat(second.ranges).isEmpty();
    }

    @Test
    void anEarlierProcessIsTakenUpWhereItEnded() throws IOException {
        Files.write(dir.resolve("a.bin.part"), Arrays.copyOf(CONTENT, 12_345));
        get();
        assertFetched();
        assertThat(first.ranges).containsExactly("bytes=12345-");
    }

    @Test
    void aServerThatKnowsNoRangesSendsAllAgain() throws IOException {
        first.withoutRanges();
        Files.write(dir.resolve("a.bin.part"), new byte[12_345]);
        get();
        assertFetched();
    }

    @Test
    void aPartLongerThanTheFileIsThrownAway() throws IOException {
        Files.write(dir.resolve("a.bin.part"), new byte[CONTENT.length + 7]);
        get();
        assertFetched();
        assertThat(first.ranges).hasSize(2).last().isEqualTo("");
    }

    @Test
    void aPartThatIsAlreadyWholeIsTaken() throws IOException {
        Files.write(dir.resolve("a.bin.part"), CONTENT);
        get();
        assertFetched();
        assertThat(first.ranges).containsExactly("bytes=300000-");
    }

    @Test
    void whereOneMirrorLacksTheFileTheNextIsAsked() throws IOException {
        first.next(FakeMirror.status(404));
        List<String> notes = new ArrayList<>();
        get(new DownloadProgress() {
            @Override
            public void update(String file, long done, long total) {
                assertThat(total).isEqualTo(CONTENT.length);
            }

            @Override
            public void note(String text) {
                notes.add(text);
            }
        });
        assertFetched();
        assertThat(notes).singleElement().asString().contains(first.address(), "says 404", "trying the next mirror");
    }

    @Test
    void whatHasAnotherChecksumIsThrownAwayAndTheNextMirrorAsked() throws IOException {
        first.file("a.bin", new byte[CONTENT.length]);
        get();
        assertFetched();
        assertThat(second.ranges).containsExactly("");
    }

    @Test
    void aPartFromElsewhereIsFoundOutAndFetchedAgain() throws IOException {
        Files.write(dir.resolve("a.bin.part"), new byte[12_345]);
        get();
        assertFetched();
        assertThat(second.ranges).as("from the start").containsExactly("");
    }

    @Test
    void ifNoMirrorHasItEachAnswerIsToldAndNothingOfThatNameIsThere() {
        first.next(FakeMirror.status(404));
        second.file("a.bin", new byte[3]);
        assertThatThrownBy(this::get).isInstanceOf(DataException.class).hasMessageContainingAll("cannot fetch a.bin",
                first.address() + "/a.bin: says 404", "has another SHA-256 than", "--mirror URL", dir.toString());
        assertThat(dir.resolve("a.bin")).doesNotExist();
        assertThat(dir.resolve("a.bin.part")).doesNotExist();
    }

    @Test
    void aServerThatFallsSilentIsGivenUp() throws IOException {
        first.next(FakeMirror.stallsAfter(1000)).next(FakeMirror.status(503));
        long start = System.nanoTime();
        get();
        assertFetched();
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(15).toNanos());
        assertThat(second.ranges).as("what had come is not asked for again").containsExactly("bytes=1000-");
    }

    @Test
    void aServerThatIsNotThereIsTold() {
        String nowhere = first.address();
        first.close();
        assertThatThrownBy(() -> one().from(List.of(nowhere)).get(dir, NOBODY, PATIENCE)).isInstanceOf(DataException.class)
                .hasMessageContainingAll("cannot fetch a.bin", nowhere);
        assertThatThrownBy(() -> one().from(List.of("no address")).get(dir, NOBODY, PATIENCE))
                .isInstanceOf(DataException.class).hasMessageContaining("'no address' is no address");
        assertThatThrownBy(() -> one().from(List.of("ftp://x/")).get(dir, NOBODY, PATIENCE))
                .isInstanceOf(DataException.class).hasMessageContaining("is no address that can be fetched");
    }

    @Test
    void aFileOfThatNameThatIsAnotherIsNotTouched() throws IOException {
        Files.writeString(dir.resolve("a.bin"), "mine");
        assertThatThrownBy(this::get).isInstanceOf(DataException.class).hasMessageContainingAll("a.bin is there",
                "remove it");
        assertThat(dir.resolve("a.bin")).hasContent("mine");
    }

    @Test
    void aFolderThatCannotBeMadeIsAWriteError() throws IOException {
        Path file = Files.createFile(dir.resolve("file"));
        assertThatThrownBy(() -> one().get(file.resolve("below"), NOBODY, PATIENCE)).isInstanceOf(WriteException.class)
                .hasMessageContainingAll(file.toString(), "--out");
    }

    @Test
    void anArchiveIsUnpackedAndStaysUnpacked() throws IOException {
        byte[] archive = gzip(tar("cifar-10-batches-bin/", "", "cifar-10-batches-bin/test_batch.bin", "records",
                "cifar-10-batches-bin/batches.meta.txt", "names"));
        var set = new Published("cifar10", List.of(first.file("c.tar.gz", archive).address()),
                List.of(new RemoteFile("c.tar.gz", new Checksum("MD5", hash("MD5", archive)))), "cifar-10-batches-bin", 1, 1);
        set.get(dir, NOBODY, PATIENCE);
        assertThat(dir.resolve("cifar-10-batches-bin/test_batch.bin")).hasContent("records");
        assertThat(dir.resolve("cifar-10-batches-bin.part")).doesNotExist();
        Files.delete(dir.resolve("c.tar.gz"));
        set.get(dir, NOBODY, PATIENCE);
        assertThat(first.ranges).hasSize(1);
    }

    @Test
    void anArchiveThatWouldWriteElsewhereIsRefused() throws IOException {
        for (String name : List.of("../up.bin", "/tmp/up.bin", "a/../../up.bin", "..\\up.bin")) {
            Path archive = Files.write(dir.resolve("bad.tar.gz"), gzip(tar(name, "x")));
            Path to = Files.createDirectories(dir.resolve("to"));
            assertThatThrownBy(() -> Tar.extract(archive, to)).as(name).isInstanceOf(DataException.class)
                    .hasMessageContaining("names a file '" + name);
            assertThat(to).isEmptyDirectory();
        }
    }

    @Test
    void anArchiveThatIsDamagedIsRefused() throws IOException {
        byte[] tar = tar("a.bin", "content");
        tar[0] ^= 1;
        Path archive = Files.write(dir.resolve("bad.tar.gz"), gzip(tar));
        assertThatThrownBy(() -> Tar.extract(archive, dir)).isInstanceOf(DataException.class)
                .hasMessageContaining("has a head with a wrong sum");
        Files.write(archive, gzip(Arrays.copyOf(tar("a.bin", "content"), 600)));
        assertThatThrownBy(() -> Tar.extract(archive, dir)).isInstanceOf(DataException.class)
                .hasMessageContaining("ends within a block");
    }

    @Test
    void checksumsOfFilesThatAreThereAreCompared() throws IOException {
        assertThat(one().check(dir).good()).isEmpty();
        get();
        assertThat(one().check(dir).good()).containsExactly("a.bin: SHA-256 as published");
        Files.write(dir.resolve("a.bin"), new byte[3]);
        assertThat(one().check(dir).problems()).singleElement().asString().contains("a.bin: SHA-256 is ");
    }

    @Test
    void aNameThatIsMistypedGetsASuggestion() {
        assertThatThrownBy(() -> Published.byName("cifar-10")).isInstanceOf(UsageException.class)
                .hasMessageContaining("did you mean 'cifar10'?");
        assertThat(Published.all()).extracting(Published::name).containsExactly("mnist", "fashion-mnist", "cifar10",
                "cifar100");
    }

    private Published one() {
        return new Published("one", List.of(first.address(), second.address()),
                List.of(new RemoteFile("a.bin", Checksum.sha256(hash("SHA-256", CONTENT)))), "", 1, 1);
    }

    private void get() { get(NOBODY); }

    private void get(DownloadProgress progress) { one().get(dir, progress, PATIENCE); }

    private void assertFetched() {
        assertThat(dir.resolve("a.bin")).hasBinaryContent(CONTENT);
        assertThat(dir.resolve("a.bin.part")).doesNotExist();
    }

    private static String hash(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Names and contents in turn; a name that ends in a slash is a folder. */
    private static byte[] tar(String... entries) throws IOException {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < entries.length; i += 2) {
            byte[] content = entries[i + 1].getBytes(StandardCharsets.US_ASCII), head = new byte[512];
            put(head, 0, entries[i]);
            put(head, 124, String.format("%011o", content.length));
            head[156] = (byte) (entries[i].endsWith("/") ? '5' : '0');
            put(head, 148, "        ");
            int sum = 0;
            for (byte b : head) sum += b;
            put(head, 148, String.format("%06o\0 ", sum));
            out.write(head);
            out.write(Arrays.copyOf(content, (content.length + 511) / 512 * 512));
        }
        out.write(new byte[1024]);
        return out.toByteArray();
    }

    private static void put(byte[] head, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, head, at, bytes.length);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }
}
