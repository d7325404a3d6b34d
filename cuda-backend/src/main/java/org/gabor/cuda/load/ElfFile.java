package org.gabor.cuda.load;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A shared library for x86-64 Linux in memory, read as the dynamic loader reads it: by its program headers and its dynamic
 * section (System V ABI, "Dynamic Linking"; "Symbol Versioning" of the Linux Standard Base).
 */
final class ElfFile {
    private static final int MAGIC = 0x464c457f, CLASS_64_LITTLE_ENDIAN = 0x0102, X86_64 = 62;
    private static final int PROGRAM_HEADERS = 32, PROGRAM_HEADER_SIZE = 54, PROGRAM_HEADER_COUNT = 56;
    private static final int LOAD = 1, DYNAMIC = 2;
    private static final long END = 0, NEEDED = 1, STRINGS = 5, VERSIONS_NEEDED = 0x6ffffffeL, VERSIONS_COUNT = 0x6fffffffL;

    private final ByteBuffer bytes;
    private final List<Entry> dynamic = new ArrayList<>();

    private record Entry(long tag, long value) {}

    /**
     * @param file the whole file; changes are made in it
     * @throws IllegalArgumentException if it is no such library
     */
    ElfFile(byte[] file) {
        bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (bytes.getInt(0) != MAGIC || bytes.getShort(4) != CLASS_64_LITTLE_ENDIAN || bytes.getShort(18) != X86_64)
                throw new IllegalArgumentException("not an ELF file for x86-64");
            int at = segments(DYNAMIC).getFirst().file;
            while (bytes.getLong(at) != END) {
                dynamic.add(new Entry(bytes.getLong(at), bytes.getLong(at + 8)));
                at += 16;
            }
        } catch (IndexOutOfBoundsException | java.util.NoSuchElementException e) {
            throw new IllegalArgumentException("an ELF file without a dynamic section, or truncated", e);
        }
    }

    private record Segment(int file, long address, long size) {}

    private List<Segment> segments(int type) {
        var found = new ArrayList<Segment>();
        int at = Math.toIntExact(bytes.getLong(PROGRAM_HEADERS));
        for (int i = 0; i < bytes.getShort(PROGRAM_HEADER_COUNT); i++, at += bytes.getShort(PROGRAM_HEADER_SIZE))
            if (bytes.getInt(at) == type)
                found.add(new Segment(Math.toIntExact(bytes.getLong(at + 8)), bytes.getLong(at + 16), bytes.getLong(at + 32)));
        return found;
    }

    /** Where in the file lies what is loaded at an address. */
    private int offset(long address) {
        for (Segment s : segments(LOAD))
            if (address >= s.address && address < s.address + s.size) return Math.toIntExact(address - s.address + s.file);
        throw new IllegalArgumentException("an ELF file whose dynamic section points outside of it");
    }

    private long value(long tag) {
        return dynamic.stream().filter(e -> e.tag == tag).mapToLong(Entry::value).findFirst().orElse(0);
    }

    private String string(int offset) {
        int end = offset;
        while (bytes.get(end) != 0) end++;
        return new String(bytes.array(), offset, end - offset, StandardCharsets.UTF_8);
    }

    /** The libraries it needs, by their SONAMEs. */
    List<String> needed() {
        return neededNames().stream().map(this::string).toList();
    }

    private List<Integer> neededNames() {
        int strings = offset(value(STRINGS));
        return dynamic.stream().filter(e -> e.tag == NEEDED).map(e -> strings + Math.toIntExact(e.value)).toList();
    }

    /** A version of symbols that is needed of a library: where its file name, its own name and its hash lie. */
    private record Version(int file, int name, int hash) {}

    private List<Version> versions() {
        var found = new ArrayList<Version>();
        if (value(VERSIONS_COUNT) == 0) return found;
        int strings = offset(value(STRINGS)), need = offset(value(VERSIONS_NEEDED));
        for (long i = value(VERSIONS_COUNT); i > 0; i--) {
            int auxiliary = need + bytes.getInt(need + 8);
            for (int k = bytes.getShort(need + 2); k > 0; k--) {
                found.add(new Version(strings + bytes.getInt(need + 4), strings + bytes.getInt(auxiliary + 8), auxiliary));
                auxiliary += bytes.getInt(auxiliary + 12);
            }
            need += bytes.getInt(need + 12);
        }
        return found;
    }

    /** The symbol versions it needs, as {@code library:version}. */
    List<String> neededVersions() {
        return versions().stream().map(v -> string(v.file) + ":" + string(v.name)).toList();
    }

    /** True if each needed version carries the hash of its name. */
    boolean hashesAgree() {
        return versions().stream().allMatch(v -> bytes.getInt(v.hash) == hash(string(v.name)));
    }

    /**
     * Makes it need another library, whose symbols are versioned by that library's name as those of the first are.
     *
     * @throws IllegalArgumentException if it does not need the first, or if the names differ in length
     */
    void retarget(String from, String to) {
        if (from.length() != to.length()) throw new IllegalArgumentException(to + " does not fit in the place of " + from);
        if (!needed().contains(from)) throw new IllegalArgumentException("does not need " + from);
        List<Integer> names = neededNames();
        List<Version> versions = versions();
        for (Version v : versions)
            if (string(v.name).equals(from)) bytes.putInt(v.hash, hash(to));
        for (int name : names) rename(name, from, to);
        for (Version v : versions) {
            rename(v.file, from, to);
            rename(v.name, from, to);
        }
    }

    private void rename(int offset, String from, String to) {
        if (!string(offset).equals(from)) return;
        if (bytes.get(offset - 1) != 0) throw new IllegalArgumentException(from + " is the end of another name");
        bytes.put(offset, to.getBytes(StandardCharsets.US_ASCII));
    }

    /** The hash of the System V ABI. */
    static int hash(String name) {
        int h = 0;
        for (byte c : name.getBytes(StandardCharsets.US_ASCII)) {
            h = (h << 4) + (c & 0xff);
            int high = h & 0xf0000000;
            h = (h ^ high >>> 24) & ~high;
        }
        return h;
    }
}
