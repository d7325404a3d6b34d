package org.gabor.cpu.assemble;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Set;

/** What this processor and this system let a program use: CPUID, and XGETBV for the registers that are saved. */
final class Features {
    private static final int SAVES_YMM = 0x06;
    private static final int SAVES_ZMM = 0xE6;

    private Features() {}

    /**
     * The instruction sets at hand.
     *
     * @throws UnsupportedOperationException if the system refuses executable memory, or this is no Linux on x86-64
     */
    static Set<Isa> detect() {
        if (!System.getProperty("os.arch").equals("amd64") || !System.getProperty("os.name").equals("Linux"))
            throw new UnsupportedOperationException("machine code is written for Linux on x86-64 only");
        var found = EnumSet.noneOf(Isa.class);
        int highestLeaf = cpuid(0)[0];
        if (highestLeaf < 7) return found;
        int[] basic = cpuid(1), extended = cpuid(7);
        int savesRegisters = 1 << 27, fma = 1 << 12;
        if ((basic[2] & (savesRegisters | fma)) != (savesRegisters | fma)) return found;
        int saved = savedRegisters();
        if (bit(extended[1], 5) && (saved & SAVES_YMM) == SAVES_YMM) found.add(Isa.AVX2);
        // F, DQ, BW, VL
        boolean all = bit(extended[1], 16) && bit(extended[1], 17) && bit(extended[1], 30) && bit(extended[1], 31);
        if (all && found.contains(Isa.AVX2) && (saved & SAVES_ZMM) == SAVES_ZMM) found.add(Isa.AVX512);
        return found;
    }

    private static boolean bit(int x, int i) { return (x >> i & 1) == 1; }

    /** EAX, EBX, ECX and EDX of a leaf. */
    private static int[] cpuid(int leaf) {
        var x = new Encoder(Isa.AVX2);
        x.put(0x53, 0xB8); // push rbx; mov eax, leaf
        x.put32(leaf);
        x.put(0x31, 0xC9, 0x0F, 0xA2); // xor ecx, ecx; cpuid
        x.put(0x89, 0x07, 0x89, 0x5F, 0x04, 0x89, 0x4F, 0x08, 0x89, 0x57, 0x0C); // to [rdi], +4, +8, +12
        x.put(0x5B, 0xC3); // pop rbx; ret
        return result(x);
    }

    /** The lower half of XCR0: which registers the system saves for a thread. */
    private static int savedRegisters() {
        var x = new Encoder(Isa.AVX2);
        x.put(0x31, 0xC9, 0x0F, 0x01, 0xD0, 0x89, 0x07, 0xC3); // xor ecx, ecx; xgetbv; mov [rdi], eax; ret
        return result(x)[0];
    }

    private static int[] result(Encoder x) {
        try (Arena arena = Arena.ofConfined(); CodeMemory memory = CodeMemory.install(x.finish(), 0)) {
            MemorySegment words = arena.allocate(ValueLayout.JAVA_INT, 4);
            CodeMemory.call(memory.function(0), words.address());
            return words.toArray(ValueLayout.JAVA_INT);
        }
    }
}
