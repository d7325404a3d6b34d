package org.gabor.download;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipException;
import org.gabor.DataException;
import org.gabor.Suggest;
import org.gabor.UsageException;
import org.gabor.WriteException;
import org.gabor.io.DurableFile;

/**
 * A data set that can be fetched.
 *
 * @param name as on the command line
 * @param mirrors addresses of folders that hold its files, the first to be tried first
 * @param files its files
 * @param unpacked the folder that its archive is unpacked to; empty if the files are read as they are
 * @param train images of the training part
 * @param test images of the test part
 */
public record Published(String name, List<String> mirrors, List<RemoteFile> files, String unpacked, int train, int test) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> IDX = List.of("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz");

    private static final List<Published> ALL = List.of(
            idx("mnist", List.of("https://ossci-datasets.s3.amazonaws.com/mnist/",
                    "https://storage.googleapis.com/cvdf-datasets/mnist/"),
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
            idx("fashion-mnist", List.of("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"),
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            cifar("cifar10", "cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", "cifar-10-batches-bin"),
            cifar("cifar100", "cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", "cifar-100-binary"));

    private static Published idx(String name, List<String> mirrors, String... sums) {
        var files = new ArrayList<RemoteFile>();
        for (int i = 0; i < sums.length; i++) files.add(new RemoteFile(IDX.get(i), Checksum.sha256(sums[i])));
        return new Published(name, mirrors, files, "", 60_000, 10_000);
    }

    private static Published cifar(String name, String archive, String md5, String unpacked) {
        return new Published(name, List.of("https://www.cs.toronto.edu/~kriz/"),
                List.of(new RemoteFile(archive, Checksum.md5(md5))), unpacked, 50_000, 10_000);
    }

    /** All that can be fetched. */
    public static List<Published> all() { return ALL; }

    /** One by name; empty if there is none. */
    public static Optional<Published> find(String name) {
        return ALL.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    /**
     * One by name.
     *
     * @throws UsageException if there is none
     */
    public static Published byName(String name) {
        return find(name).orElseThrow(() -> new UsageException(
                Suggest.unknown("data set to fetch", name, ALL.stream().map(Published::name).toList())));
    }

    /** The same data set from other places. */
    public Published from(List<String> others) { return new Published(name, others, files, unpacked, train, test); }

    /**
     * Fetches what is not there yet; an archive is unpacked. Files that are there and right are left alone.
     *
     * @throws DataException if no mirror has a file, or one of that name is there and is another
     * @throws WriteException if something cannot be written
     */
    public void get(Path dir, DownloadProgress progress) { get(dir, progress, PATIENCE); }

    void get(Path dir, DownloadProgress progress, Duration patience) {
        try {
            Files.createDirectories(dir);
            if (!unpacked.isEmpty() && Files.isDirectory(dir.resolve(unpacked))) return;
            var fetch = new Fetch(patience, progress);
            for (RemoteFile file : files) {
                Path target = dir.resolve(file.name());
                if (!Files.exists(target)) fetch.file(file, mirrors, dir);
                else if (!file.checksum().fits(target)) throw new DataException(target + " is there, but has another "
                        + file.checksum().algorithm() + " than " + file.checksum().hex()
                        + ", which was published; remove it to fetch it again, or choose another folder with --out.");
                if (!unpacked.isEmpty()) unpack(target, dir);
            }
        } catch (IOException e) {
            throw new WriteException("cannot write to " + dir + ": " + e + "; free some space, or choose another folder with"
                    + " --out", e);
        }
    }

    /** Into a folder of another name first, so that a folder of the right name is always whole. */
    private void unpack(Path archive, Path dir) throws IOException {
        Path part = dir.resolve(unpacked + ".part");
        if (Files.exists(part)) for (Path old : listing(part)) Files.delete(old);
        Files.createDirectories(part);
        try {
            Tar.extract(archive, part);
        } catch (EOFException | ZipException e) {
            throw new DataException(archive + " has bad compressed data (" + e.getMessage() + "); remove it and fetch it again.",
                    e);
        }
        DurableFile.place(part, dir.resolve(unpacked));
    }

    private static List<Path> listing(Path dir) throws IOException {
        try (var files = Files.list(dir)) {
            return files.toList();
        }
    }

    /** How the files of a folder compare with what was published. */
    public Check check(Path dir) {
        var good = new ArrayList<String>();
        var problems = new ArrayList<String>();
        for (RemoteFile file : files) {
            Path path = dir.resolve(file.name());
            if (!Files.exists(path)) continue;
            try {
                String got = file.checksum().of(path);
                boolean right = got.equals(file.checksum().hex());
                if (right) good.add(file.name() + ": " + file.checksum().algorithm() + " as published");
                else problems.add(path + ": " + file.checksum().algorithm() + " is " + got + ", published was "
                        + file.checksum().hex());
            } catch (IOException e) {
                problems.add("cannot read " + path + ": " + e);
            }
        }
        return new Check(good, problems);
    }

    /**
     * What came of a comparison.
     *
     * @param good what is as it should be
     * @param problems what is not
     */
    public record Check(List<String> good, List<String> problems) {}
}
