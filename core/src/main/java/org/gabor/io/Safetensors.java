package org.gabor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.gabor.ModelFileException;
import org.gabor.graph.DType;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;

/**
 * The safetensors format: eight bytes with the length of a JSON header, the header, the tensors. The header's
 * {@code __metadata__} holds strings; {@link #write} adds {@value #DIGEST}, the SHA-256 of header and tensors (the digest
 * itself taken as zeros), so that a damaged file is noticed. The same content gives the same bytes.
 *
 * @param metadata free text by name
 * @param tensors tensors by name
 */
public record Safetensors(Map<String, String> metadata, Map<String, Data> tensors) {
    /** The metadata entry with the digest. */
    public static final String DIGEST = "sha256";
    private static final String NO_DIGEST = "0".repeat(64);
    private static final long MAX_HEADER = 100_000_000;
    private static final Map<DType, String> NAMES =
            Map.of(DType.F32, "F32", DType.BF16, "BF16", DType.F16, "F16", DType.U8, "U8", DType.I32, "I32");

    /** A tensor's type and its bytes, little-endian in logical order. */
    public record Data(TensorType type, ByteBuffer bytes) {
        /** An F32 tensor. */
        public static Data of(Shape shape, float[] values) {
            ByteBuffer b = ByteBuffer.allocate(Math.multiplyExact(values.length, 4)).order(ByteOrder.LITTLE_ENDIAN);
            b.asFloatBuffer().put(values);
            return new Data(new TensorType(shape, DType.F32), b);
        }

        /** The elements of an F32 tensor. */
        public float[] floats() {
            var values = new float[Math.toIntExact(type.shape().size())];
            bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
            return values;
        }
    }

    /**
     * Writes the file durably; tensors are ordered by name.
     *
     * @throws org.gabor.WriteException if it cannot be written
     */
    public void write(Path file) {
        var parts = new ArrayList<ByteBuffer>();
        var header = new LinkedHashMap<String, Object>();
        var sorted = new TreeMap<>(tensors);
        long at = 0;
        for (Data d : sorted.values()) parts.add(d.bytes.duplicate());
        var meta = new TreeMap<>(metadata);
        meta.put(DIGEST, NO_DIGEST);
        header.put("__metadata__", meta);
        for (var e : sorted.entrySet()) {
            TensorType t = e.getValue().type;
            List<Integer> dims = Arrays.stream(t.shape().dims()).boxed().toList();
            String dtype = Objects.requireNonNull(NAMES.get(t.dtype()));
            var entry = new LinkedHashMap<String, Object>();
            entry.put("dtype", dtype);
            entry.put("shape", dims);
            entry.put("data_offsets", List.of(at, at += t.bytes()));
            header.put(e.getKey(), entry);
        }
        byte[] json = Json.of(header).text().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, 8) * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        byte[] digest = digest(padded, parts).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digest, 0, padded, digestAt(padded), digest.length);
        parts.addFirst(ByteBuffer.wrap(padded));
        parts.addFirst(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(padded.length).flip());
        DurableFile.write(file, parts);
    }

    /** Where the hexadecimal digits of the digest stand in a header, or -1. */
    private static int digestAt(byte[] header) {
        String key = "\"" + DIGEST + "\": \"";
        int at = new String(header, StandardCharsets.ISO_8859_1).indexOf(key);
        return at < 0 || at + key.length() + NO_DIGEST.length() > header.length ? -1 : at + key.length();
    }

    /**
     * Reads a file and checks it: lengths before anything is allocated, offsets against shapes, and the digest if there
     * is one.
     *
     * @throws ModelFileException naming the file and what is wrong
     */
    public static Safetensors read(Path file) {
        try {
            long length = Files.size(file);
            if (length < 8) throw bad(file, "it has " + length + " bytes, too few for a safetensors file");
            if (length > Integer.MAX_VALUE - 16) throw bad(file, "it has " + length + " bytes, more than 2 GiB");
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            long header = all.getLong();
            if (header < 2 || header > Math.min(MAX_HEADER, length - 8))
                throw bad(file, "its header claims " + header + " bytes of " + (length - 8)
                        + "; this is no safetensors file, or it is cut off");
            byte[] json = Arrays.copyOfRange(all.array(), 8, 8 + (int) header);
            ByteBuffer data = all.slice(8 + (int) header, (int) (length - 8 - header));
            checkDigest(file, json, data);
            String text = new String(json, StandardCharsets.UTF_8);
            return parse(file, Json.parse(text).object("the header"), data);
        } catch (Json.SyntaxException e) {
            throw new ModelFileException(file + " is damaged: its header is not valid, " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ModelFileException("cannot read " + file + ": " + e.getClass().getSimpleName() + " ("
                    + e.getMessage() + "); check the path", e);
        }
    }

    private static Safetensors parse(Path file, Json.Obj header, ByteBuffer data) {
        var metadata = new LinkedHashMap<String, String>();
        var tensors = new LinkedHashMap<String, Data>();
        var ranges = new ArrayList<long[]>();
        header.members().forEach((name, value) -> {
            if (name.equals("__metadata__")) {
                value.object(name).members().forEach((k, v) -> metadata.put(k, v.string(k)));
                return;
            }
            Json.Obj entry = value.object(name);
            TensorType type = type(file, name, entry);
            List<Json> offsets = member(entry, "data_offsets", name).array("data_offsets");
            if (offsets.size() != 2) throw bad(file, name + " has " + offsets.size() + " data offsets, 2 expected");
            long from = (long) offsets.get(0).number("data_offsets"), to = (long) offsets.get(1).number("data_offsets");
            if (from < 0 || to > data.capacity() || to - from != type.bytes())
                throw bad(file, name + " (" + type + ") claims bytes " + from + " to " + to + " of " + data.capacity()
                        + "; the file is cut off or damaged");
            ranges.add(new long[] {from, to});
            tensors.put(name, new Data(type, data.slice((int) from, (int) (to - from)).order(ByteOrder.LITTLE_ENDIAN)));
        });
        checkContiguous(file, ranges, data.capacity());
        return new Safetensors(metadata, tensors);
    }

    /** The format asks for tensors without holes or overlaps. */
    private static void checkContiguous(Path file, List<long[]> ranges, int length) {
        long end = 0;
        ranges.sort(Comparator.comparingLong(r -> r[0]));
        for (long[] r : ranges) {
            if (r[0] != end) throw bad(file, "tensor bytes overlap or leave a hole at " + end);
            end = r[1];
        }
        if (end != length) throw bad(file, (length - end) + " bytes follow the last tensor");
    }

    private static TensorType type(Path file, String name, Json.Obj entry) {
        String dtype = member(entry, "dtype", name).string("dtype");
        int[] dims = member(entry, "shape", name).array("shape").stream().mapToInt(d -> d.integer("shape")).toArray();
        for (int d : dims) if (d < 1) throw bad(file, name + " has a dimension of " + d);
        return NAMES.entrySet().stream().filter(e -> e.getValue().equals(dtype)).findFirst()
                .map(e -> new TensorType(Shape.of(dims), e.getKey()))
                .orElseThrow(() -> bad(file,
                        name + " has element type " + dtype + ", which is not supported; known: " + NAMES.values()));
    }

    private static Json member(Json.Obj entry, String key, String name) {
        return entry.get(key).orElseThrow(() -> new Json.SyntaxException(entry.line(), name + " has no " + key));
    }

    private static ModelFileException bad(Path file, String what) { return new ModelFileException(file + ": " + what); }

    private static void checkDigest(Path file, byte[] header, ByteBuffer data) {
        int at = digestAt(header);
        if (at < 0) return;
        String expected = new String(header, at, NO_DIGEST.length(), StandardCharsets.ISO_8859_1);
        byte[] without = header.clone();
        Arrays.fill(without, at, at + NO_DIGEST.length(), (byte) '0');
        if (!expected.equals(digest(without, List.of(data))))
            throw bad(file, "its checksum is wrong: the file is damaged; use another checkpoint");
    }

    private static String digest(byte[] header, List<ByteBuffer> parts) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            sha.update(header);
            for (ByteBuffer p : parts) sha.update(p.duplicate());
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
