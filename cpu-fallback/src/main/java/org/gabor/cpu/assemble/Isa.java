package org.gabor.cpu.assemble;

/** An instruction set for vectors: how long they are, how many there are, how instructions are encoded. */
enum Isa {
    /** 16 vectors of 8 floats. */
    AVX2("AVX2", 32, 16),
    /** 32 vectors of 16 floats, and masks; F, BW, DQ and VL. */
    AVX512("AVX-512", 64, 32);

    /** How people call it. */
    final String label;
    /** Bytes of a vector. */
    final int bytes;
    /** How many vectors there are. */
    final int registers;

    Isa(String label, int bytes, int registers) {
        this.label = label;
        this.bytes = bytes;
        this.registers = registers;
    }

    /** Floats of a vector. */
    int lanes() { return bytes / Float.BYTES; }
}
