package org.gabor.cuda.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.gabor.DeviceException;

/**
 * JCuda's native libraries as files that can be loaded: out of the jars, checked against the SHA-256 known here, in a folder
 * of the user's that nobody else can write to. Each file is compared with what it should be every time; one that was
 * planted or cut off is replaced. Any number of processes can do so at once, since a file appears complete or not at all.
 */
public final class NativeFiles {
    private static final String BLAS = "libJCublas2-12.6.0-linux-x86_64.so", BLAS_12 = "libcublas.so.12";
    /** SHA-256 of what is loaded from the jars of JCuda 12.6.0. */
    private static final Map<String, String> KNOWN = Map.of(
            "libJCudaDriver-12.6.0-linux-x86_64.so", "fdc3b4b4fca4f0fab54ff12c0b4d6ad1c5e8d55015b4950834c705e5db301255",
            BLAS, "990b2129e540a7f93d0776799d48659dc85e4f7f5bfb6473d0c8369ef8126c32",
            "libJCudnn-12.6.0-linux-x86_64.so", "340a06c5d0241ddc80b576ec2e968e79046dbf5c5c27e5d9525f4cbf97ad7c37");
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private NativeFiles() {}

    /** Where they are kept: {@code $XDG_CACHE_HOME/gabor/natives}, without that variable in {@code ~/.cache}. */
    public static Path cache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path caches = xdg == null || xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return caches.resolve("gabor").resolve("natives");
    }

    /**
     * Sees to it that the natives lie in a folder beneath {@code cache}, made to need the given cuBLAS.
     *
     * @param blasMajor 12 or 13; JCuda's are made for 12, and 13 kept every function that they use
     * @return the folder
     * @throws DeviceException if they are missing or damaged, or cannot be written anywhere
     */
    public static Path prepare(Path cache, int blasMajor) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : KNOWN.keySet().stream().sorted().toList()) {
            byte[] bytes = read(name);
            if (name.equals(BLAS) && blasMajor != 12) new ElfFile(bytes).retarget(BLAS_12, "libcublas.so." + blasMajor);
            files.put(name, bytes);
        }
        try {
            return write(cache, files);
        } catch (IOException unwritable) {
            return writeTemporary(files, cache, unwritable);
        }
    }

    private static byte[] read(String name) {
        try (InputStream in = NativeFiles.class.getResourceAsStream("/lib/" + name)) {
            if (in == null) throw new DeviceException("JCuda's " + name + " is not on the class path;"
                    + " add the jars jcuda-natives, jcublas-natives and jcudnn-natives 12.6.0, classifier linux-x86_64");
            byte[] bytes = in.readAllBytes();
            if (!sha256(bytes).equals(KNOWN.get(name))) throw new DeviceException("JCuda's " + name
                    + " is not the one that belongs to JCuda 12.6.0; the jar is damaged or of another version: fetch it again");
            return bytes;
        } catch (IOException e) {
            throw new DeviceException("JCuda's " + name + " cannot be read from its jar: " + e.getMessage(), e);
        }
    }

    /** The folder with the files in it, named by what is in them. */
    static Path write(Path cache, Map<String, byte[]> files) throws IOException {
        MessageDigest all = digest();
        files.values().forEach(all::update);
        Path folder = cache.resolve(HexFormat.of().formatHex(all.digest()));
        Files.createDirectories(cache);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) createPrivate(folder);
        requirePrivate(folder);
        for (Map.Entry<String, byte[]> file : files.entrySet()) place(folder.resolve(file.getKey()), file.getValue());
        return folder;
    }

    private static void createPrivate(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
        } catch (java.nio.file.FileAlreadyExistsException another) {
            // Another process was faster. If it is no folder, the check that follows says so.
        }
    }

    private static void requirePrivate(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) throw new IOException(folder + " is not a folder");
        Object owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (!owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")))
            throw new IOException(folder + " belongs to another user");
        if (!Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS).equals(PRIVATE))
            Files.setPosixFilePermissions(folder, PRIVATE);
    }

    private static void place(Path file, byte[] bytes) throws IOException {
        if (isThere(file, bytes)) return;
        Path fresh = Files.createTempFile(file.getParent(), "new", ".so");
        try {
            Files.write(fresh, bytes);
            if (!isThere(fresh, bytes)) throw new IOException(fresh + " reads other than it was written");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static boolean isThere(Path file, byte[] bytes) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == bytes.length
                && Arrays.equals(Files.readAllBytes(file), bytes);
    }

    private static Path writeTemporary(Map<String, byte[]> files, Path cache, IOException why) {
        try {
            Path folder = Files.createTempDirectory("gabor-natives", PosixFilePermissions.asFileAttribute(PRIVATE));
            folder.toFile().deleteOnExit();
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path path = folder.resolve(file.getKey());
                path.toFile().deleteOnExit();
                place(path, file.getValue());
            }
            return folder;
        } catch (IOException e) {
            e.addSuppressed(why);
            throw new DeviceException("JCuda's native libraries can be written neither to " + cache + " (" + why.getMessage()
                    + ") nor to the temporary folder (" + e.getMessage() + "); set XDG_CACHE_HOME to a folder of your own", e);
        }
    }

    private static String sha256(byte[] bytes) { return HexFormat.of().formatHex(digest().digest(bytes)); }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
