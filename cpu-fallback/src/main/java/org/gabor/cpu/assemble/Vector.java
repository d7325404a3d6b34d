package org.gabor.cpu.assemble;

import static org.gabor.cpu.assemble.Vector.Map.M0F;
import static org.gabor.cpu.assemble.Vector.Map.M0F38;
import static org.gabor.cpu.assemble.Vector.Map.M0F3A;
import static org.gabor.cpu.assemble.Vector.Prefix.F2;
import static org.gabor.cpu.assemble.Vector.Prefix.F3;
import static org.gabor.cpu.assemble.Vector.Prefix.NONE;
import static org.gabor.cpu.assemble.Vector.Prefix.P66;

/**
 * Instructions on vectors by Intel's names (Software Developer's Manual, volume 2). One entry serves both encodings: VEX
 * for AVX2, EVEX for AVX-512, which share map, prefix and opcode; {@link #in} tells of those that only one of them has.
 * Where AVX-512 has a name of its own for the same thing, the entry has AVX2's: VPAND is VPANDD, VEXTRACTF128 is
 * VEXTRACTF32X4, VROUNDPS is VRNDSCALEPS. Its comparisons set a mask register.
 */
enum Vector {
    // floats: d = a op b
    VADDPS(NONE, M0F, 0, 0x58), VMULPS(NONE, M0F, 0, 0x59), VSUBPS(NONE, M0F, 0, 0x5C), VMINPS(NONE, M0F, 0, 0x5D),
    VDIVPS(NONE, M0F, 0, 0x5E), VMAXPS(NONE, M0F, 0, 0x5F), VSQRTPS(NONE, M0F, 0, 0x51),
    // d = d b + a, d = a b + d, their negatives and differences
    VFMADD213PS(P66, M0F38, 0, 0xA8), VFMADD231PS(P66, M0F38, 0, 0xB8), VFNMADD231PS(P66, M0F38, 0, 0xBC),
    VFNMADD213PS(P66, M0F38, 0, 0xAC), VFMSUB213PS(P66, M0F38, 0, 0xAA),
    // doubles
    VADDPD(P66, M0F, 1, 0x58), VMULPD(P66, M0F, 1, 0x59), VSUBPD(P66, M0F, 1, 0x5C), VMINPD(P66, M0F, 1, 0x5D),
    VDIVPD(P66, M0F, 1, 0x5E), VMAXPD(P66, M0F, 1, 0x5F), VSQRTPD(P66, M0F, 1, 0x51), VFMADD213PD(P66, M0F38, 1, 0xA8),
    VFMADD231PD(P66, M0F38, 1, 0xB8), VFNMADD231PD(P66, M0F38, 1, 0xBC), VFNMADD213PD(P66, M0F38, 1, 0xAC),
    // scalars: the upper elements come from a
    VADDSS(F3, M0F, 0, 0x58, 4), VMULSS(F3, M0F, 0, 0x59, 4), VSUBSS(F3, M0F, 0, 0x5C, 4), VDIVSS(F3, M0F, 0, 0x5E, 4),
    VMINSS(F3, M0F, 0, 0x5D, 4), VMAXSS(F3, M0F, 0, 0x5F, 4), VFMADD231SS(P66, M0F38, 0, 0xB9, 4),
    VADDSD(F2, M0F, 1, 0x58, 8), VMULSD(F2, M0F, 1, 0x59, 8), VSUBSD(F2, M0F, 1, 0x5C, 8), VDIVSD(F2, M0F, 1, 0x5E, 8),
    VMINSD(F2, M0F, 1, 0x5D, 8), VMAXSD(F2, M0F, 1, 0x5F, 8), VSQRTSD(F2, M0F, 1, 0x51, 8),
    VFMADD231SD(P66, M0F38, 1, 0xB9, 8), VCVTSS2SD(F3, M0F, 0, 0x5A, 4), VCVTSD2SS(F2, M0F, 1, 0x5A, 8),
    VUCOMISS(NONE, M0F, 0, 0x2E, 4), VUCOMISD(P66, M0F, 1, 0x2E, 8),
    VMOVSS_LOAD(F3, M0F, 0, 0x10, 4), VMOVSS_STORE(F3, M0F, 0, 0x11, 4), VMOVSD_LOAD(F2, M0F, 1, 0x10, 8),
    VMOVSD_STORE(F2, M0F, 1, 0x11, 8),
    // movement
    VMOVUPS_LOAD(NONE, M0F, 0, 0x10), VMOVUPS_STORE(NONE, M0F, 0, 0x11), VMOVNTPS(NONE, M0F, 0, 0x2B),
    VMOVAPS(NONE, M0F, 0, 0x28), VBROADCASTSS(P66, M0F38, 0, 0x18, 4), VBROADCASTSD(P66, M0F38, 1, 0x19, 8),
    VPBROADCASTD(P66, M0F38, 0, 0x58, 4), VUNPCKLPS(NONE, M0F, 0, 0x14), VUNPCKHPS(NONE, M0F, 0, 0x15),
    VUNPCKLPD(P66, M0F, 1, 0x14), VUNPCKHPD(P66, M0F, 1, 0x15), VSHUFPS(NONE, M0F, 0, 0xC6),
    VPERMILPS(P66, M0F3A, 0, 0x04), VPERMILPD(P66, M0F3A, 1, 0x05), VPERM2F128(P66, M0F3A, 0, 0x06),
    VSHUFF32X4(P66, M0F3A, 0, 0x23), VEXTRACTF128(P66, M0F3A, 0, 0x19, 16), VEXTRACTF64X4(P66, M0F3A, 1, 0x1B, Size.HALF),
    VINSERTF128(P66, M0F3A, 0, 0x18, 16), VINSERTF64X4(P66, M0F3A, 1, 0x1A, Size.HALF), VPERMD(P66, M0F38, 0, 0x36),
    // bits and integers of 32 (D) or 64 (Q) bits
    VPAND(P66, M0F, 0, 0xDB), VPANDN(P66, M0F, 0, 0xDF), VPOR(P66, M0F, 0, 0xEB), VPXOR(P66, M0F, 0, 0xEF),
    VPADDD(P66, M0F, 0, 0xFE), VPSUBD(P66, M0F, 0, 0xFA), VPADDQ(P66, M0F, 1, 0xD4), VPMULLD(P66, M0F38, 0, 0x40),
    VPMULUDQ(P66, M0F, 1, 0xF4), VPSHUFD(P66, M0F, 0, 0x70), VPMINUD(P66, M0F38, 0, 0x3B), VPMAXUD(P66, M0F38, 0, 0x3F),
    VPSLLD(P66, M0F, 0, 0x72, 6, Size.FULL), VPSRLD(P66, M0F, 0, 0x72, 2, Size.FULL),
    VPSRAD(P66, M0F, 0, 0x72, 4, Size.FULL), VPSLLQ(P66, M0F, 1, 0x73, 6, Size.FULL),
    VPSRLQ(P66, M0F, 1, 0x73, 2, Size.FULL), VPSRLVD(P66, M0F38, 0, 0x45), VPUNPCKLDQ(P66, M0F, 0, 0x62),
    VPUNPCKHDQ(P66, M0F, 0, 0x6A),
    // conversions; the narrow side has half as many bytes
    VCVTPS2PD(NONE, M0F, 0, 0x5A, Size.HALF), VCVTPD2PS(P66, M0F, 1, 0x5A), VCVTPS2DQ(P66, M0F, 0, 0x5B),
    VCVTTPS2DQ(F3, M0F, 0, 0x5B), VCVTDQ2PS(NONE, M0F, 0, 0x5B), VCVTDQ2PD(F3, M0F, 0, 0xE6, Size.HALF),
    VCVTPD2DQ(F2, M0F, 1, 0xE6), VPMOVZXBD(P66, M0F38, 0, 0x31, Size.QUARTER), VPMOVZXDQ(P66, M0F38, 0, 0x35, Size.HALF),
    VPMOVSXDQ(P66, M0F38, 0, 0x25, Size.HALF), VROUNDPS(P66, M0F3A, 0, 0x08), VROUNDPD(P66, M0F3A, 1, 0x09),
    // comparisons and choices
    VCMPPS(NONE, M0F, 0, 0xC2), VCMPPD(P66, M0F, 1, 0xC2), VPCMPGTD(P66, M0F, 0, 0x66), VPCMPEQD(P66, M0F, 0, 0x76),
    VBLENDVPS(P66, M0F3A, 0, 0x4A), VBLENDMPS(P66, M0F38, 0, 0x65), VBLENDMPD(P66, M0F38, 1, 0x65),
    VMASKMOVPS_LOAD(P66, M0F38, 0, 0x2C),
    VMASKMOVPS_STORE(P66, M0F38, 0, 0x2E), VMOVMSKPS(NONE, M0F, 0, 0x50);

    /** The opcode map. */
    enum Map {
        M0F(1), M0F38(2), M0F3A(3);

        final int code;

        Map(int code) {
            this.code = code;
        }
    }

    /** The mandatory prefix. */
    enum Prefix {
        NONE(0), P66(1), F3(2), F2(3);

        final int code;

        Prefix(int code) {
            this.code = code;
        }
    }

    /** How much memory an operand in memory takes, of which EVEX counts its short offsets in multiples. */
    enum Size {
        FULL(1), HALF(2), QUARTER(4);

        private final int share;

        Size(int share) {
            this.share = share;
        }
    }

    final Prefix prefix;
    final Map map;
    final int w;
    final int opcode;
    /** What stands in the place of a register, for shifts; else -1. */
    final int extension;
    private final Size size;
    private final int elementBytes;

    Vector(Prefix prefix, Map map, int w, int opcode) {
        this(prefix, map, w, opcode, Size.FULL);
    }

    Vector(Prefix prefix, Map map, int w, int opcode, Size size) {
        this(prefix, map, w, opcode, -1, size);
    }

    /** A shift by a number of bits. */
    Vector(Prefix prefix, Map map, int w, int opcode, int extension, Size size) {
        this(prefix, map, w, opcode, extension, size, 0);
    }

    /** An operand in memory has {@code elementBytes}, however long the vector is. */
    Vector(Prefix prefix, Map map, int w, int opcode, int elementBytes) {
        this(prefix, map, w, opcode, -1, Size.FULL, elementBytes);
    }

    Vector(Prefix prefix, Map map, int w, int opcode, int extension, Size size, int elementBytes) {
        this.prefix = prefix;
        this.map = map;
        this.w = w;
        this.opcode = opcode;
        this.extension = extension;
        this.size = size;
        this.elementBytes = elementBytes;
    }

    /** True if the instruction set has it. */
    boolean in(Isa isa) {
        return switch (this) {
            case VPERM2F128, VBLENDVPS, VMASKMOVPS_LOAD, VMASKMOVPS_STORE, VMOVMSKPS -> isa == Isa.AVX2;
            case VEXTRACTF64X4, VINSERTF64X4, VSHUFF32X4, VBLENDMPS, VBLENDMPD -> isa == Isa.AVX512;
            default -> true;
        };
    }

    /** Bytes of an operand in memory, given those of the vector. */
    int memoryBytes(int vectorBytes) { return elementBytes > 0 ? elementBytes : vectorBytes / size.share; }

    /** True if it works on one element, whatever the vector's length. */
    boolean scalar() { return elementBytes > 0 && (prefix == F3 || prefix == F2 || opcode == 0x2E || opcode == 0xB9); }
}
