package org.gabor.cpu.assemble;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each instruction on vectors reads like, from the manual. A line has the entry's name, what AVX2 calls it with its
 * operands, and after a bar what AVX-512 calls it, where that is something else; {@code -} if there is no such instruction.
 *
 * <p>Operands: {@code r}, {@code n}, {@code m} are the numbers that the encoder calls reg, v and rm; {@code m} is a register or
 * memory, {@code R} a register only, {@code M} memory only. {@code /2} and {@code /4}: so much less than a vector;
 * {@code .4}, {@code .8}, {@code .16}: so many bytes. {@code k}: a mask register in the place of r; {@code g}: a general
 * register there; {@code i}: an immediate; {@code s}: a vector register in the upper half of the immediate. {@code 32+}: not for
 * vectors of 16 bytes; {@code 64+}: for those of 64 alone.
 */
final class Readings {
    private static final String TABLE = """
            VADDPS vaddps r n m
            VMULPS vmulps r n m
            VSUBPS vsubps r n m
            VMINPS vminps r n m
            VDIVPS vdivps r n m
            VMAXPS vmaxps r n m
            VSQRTPS vsqrtps r m
            VFMADD213PS vfmadd213ps r n m
            VFMADD231PS vfmadd231ps r n m
            VFNMADD231PS vfnmadd231ps r n m
            VFNMADD213PS vfnmadd213ps r n m
            VFMSUB213PS vfmsub213ps r n m
            VADDPD vaddpd r n m
            VMULPD vmulpd r n m
            VSUBPD vsubpd r n m
            VMINPD vminpd r n m
            VDIVPD vdivpd r n m
            VMAXPD vmaxpd r n m
            VSQRTPD vsqrtpd r m
            VFMADD213PD vfmadd213pd r n m
            VFMADD231PD vfmadd231pd r n m
            VFNMADD231PD vfnmadd231pd r n m
            VFNMADD213PD vfnmadd213pd r n m
            VADDSS vaddss r.4 n.4 m.4
            VMULSS vmulss r.4 n.4 m.4
            VSUBSS vsubss r.4 n.4 m.4
            VDIVSS vdivss r.4 n.4 m.4
            VMINSS vminss r.4 n.4 m.4
            VMAXSS vmaxss r.4 n.4 m.4
            VFMADD231SS vfmadd231ss r.4 n.4 m.4
            VADDSD vaddsd r.8 n.8 m.8
            VMULSD vmulsd r.8 n.8 m.8
            VSUBSD vsubsd r.8 n.8 m.8
            VDIVSD vdivsd r.8 n.8 m.8
            VMINSD vminsd r.8 n.8 m.8
            VMAXSD vmaxsd r.8 n.8 m.8
            VSQRTSD vsqrtsd r.8 n.8 m.8
            VFMADD231SD vfmadd231sd r.8 n.8 m.8
            VCVTSS2SD vcvtss2sd r.8 n.8 m.4
            VCVTSD2SS vcvtsd2ss r.4 n.4 m.8
            VUCOMISS vucomiss r.4 m.4
            VUCOMISD vucomisd r.8 m.8
            VMOVSS_LOAD vmovss r.4 M.4
            VMOVSS_STORE vmovss M.4 r.4
            VMOVSD_LOAD vmovsd r.8 M.8
            VMOVSD_STORE vmovsd M.8 r.8
            VMOVUPS_LOAD vmovups r m
            VMOVUPS_STORE vmovups M r
            VMOVNTPS vmovntps M r
            VMOVAPS vmovaps r m
            VBROADCASTSS vbroadcastss r m.4
            VBROADCASTSD 32+ vbroadcastsd r m.8
            VPBROADCASTD vpbroadcastd r m.4
            VUNPCKLPS vunpcklps r n m
            VUNPCKHPS vunpckhps r n m
            VUNPCKLPD vunpcklpd r n m
            VUNPCKHPD vunpckhpd r n m
            VSHUFPS vshufps r n m i
            VPERMILPS vpermilps r m i
            VPERMILPD vpermilpd r m i
            VPERM2F128 32+ vperm2f128 r n m i | -
            VSHUFF32X4 - | 32+ vshuff32x4 r n m i
            VEXTRACTF128 32+ vextractf128 m.16 r i | 32+ vextractf32x4 m.16 r i
            VEXTRACTF64X4 - | 64+ vextractf64x4 m/2 r i
            VINSERTF128 32+ vinsertf128 r n m.16 i | 32+ vinsertf32x4 r n m.16 i
            VINSERTF64X4 - | 64+ vinsertf64x4 r n m/2 i
            VPERMD 32+ vpermd r n m
            VPAND vpand r n m | vpandd r n m
            VPANDN vpandn r n m | vpandnd r n m
            VPOR vpor r n m | vpord r n m
            VPXOR vpxor r n m | vpxord r n m
            VPADDD vpaddd r n m
            VPSUBD vpsubd r n m
            VPADDQ vpaddq r n m
            VPMULLD vpmulld r n m
            VPMULUDQ vpmuludq r n m
            VPSHUFD vpshufd r m i
            VPMINUD vpminud r n m
            VPMAXUD vpmaxud r n m
            VPSLLD vpslld n R i
            VPSRLD vpsrld n R i
            VPSRAD vpsrad n R i
            VPSLLQ vpsllq n R i
            VPSRLQ vpsrlq n R i
            VPSRLVD vpsrlvd r n m
            VPUNPCKLDQ vpunpckldq r n m
            VPUNPCKHDQ vpunpckhdq r n m
            VCVTPS2PD vcvtps2pd r m/2
            VCVTPD2PS vcvtpd2ps r/2 m
            VCVTPS2DQ vcvtps2dq r m
            VCVTTPS2DQ vcvttps2dq r m
            VCVTDQ2PS vcvtdq2ps r m
            VCVTDQ2PD vcvtdq2pd r m/2
            VCVTPD2DQ vcvtpd2dq r/2 m
            VPMOVZXBD vpmovzxbd r m/4
            VPMOVZXDQ vpmovzxdq r m/2
            VPMOVSXDQ vpmovsxdq r m/2
            VROUNDPS vroundps r m i | vrndscaleps r m i
            VROUNDPD vroundpd r m i | vrndscalepd r m i
            VCMPPS vcmpeq_osps r n m i | vcmpeq_osps k n m i
            VCMPPD vcmpeq_ospd r n m i | vcmpeq_ospd k n m i
            VPCMPGTD vpcmpgtd r n m | vpcmpgtd k n m
            VPCMPEQD vpcmpeqd r n m | vpcmpeqd k n m
            VBLENDVPS vblendvps r n m s | -
            VBLENDMPS - | vblendmps r n m
            VBLENDMPD - | vblendmpd r n m
            VMASKMOVPS_LOAD vmaskmovps r n M | -
            VMASKMOVPS_STORE vmaskmovps M n r | -
            VMOVMSKPS vmovmskps g R | -
            """;

    /** Comparisons have a name a predicate and no immediate: this is the name of predicate 16. */
    static final int IMMEDIATE = 0x10;

    private static final Map<Vector, String[]> BY_OP = parse();

    private Readings() {}

    /**
     * How one instruction set writes an instruction.
     *
     * @param least bytes of the shortest vector that it has
     */
    record Reading(int least, String name, List<String> operands) {
        /** True if the last source can be a register, or memory. */
        boolean takes(boolean memory) {
            char other = memory ? 'R' : 'M';
            return operands.stream().anyMatch(o -> o.charAt(0) == 'm') || operands.stream().noneMatch(o -> o.charAt(0) == other)
                    && operands.stream().anyMatch(o -> o.charAt(0) == (memory ? 'M' : 'R'));
        }

        boolean has(char operand) { return operands.stream().anyMatch(o -> o.charAt(0) == operand); }

        /** {@code rm}: where the last operand lies, or null for the register of that number. */
        String text(int bytes, int[] numbers, Operands.@Nullable Place rm) {
            var text = new StringBuilder(name);
            char separator = ' ';
            for (String o : operands) {
                if (o.equals("i") && name.startsWith("vcmp")) continue;
                text.append(separator).append(operand(o, bytes, numbers, rm));
                separator = ',';
            }
            return text.toString();
        }

        private static String operand(String o, int vector, int[] numbers, Operands.@Nullable Place rm) {
            int bytes = o.length() == 1 ? vector
                    : o.charAt(1) == '/' ? vector / Integer.parseInt(o.substring(2)) : Integer.parseInt(o.substring(2));
            return switch (o.charAt(0)) {
                case 'r' -> Operands.vector(bytes, numbers[0]);
                case 'n' -> Operands.vector(bytes, numbers[1]);
                case 'm', 'M', 'R' -> rm == null ? Operands.vector(bytes, numbers[2]) : Operands.size(bytes) + rm.text();
                case 'k' -> "k" + numbers[0];
                case 'g' -> Operands.half(Operands.ALL.get(numbers[0]));
                case 'i' -> Operands.number(IMMEDIATE);
                case 's' -> Operands.vector(vector, IMMEDIATE >> 4);
                default -> throw new IllegalArgumentException(o);
            };
        }
    }

    /** The reading; null if the instruction set has no such instruction. */
    static @Nullable Reading of(Vector op, Isa isa) {
        String[] both = BY_OP.get(op);
        if (both == null) throw new AssertionError("no reading of " + op + " in the table of " + Readings.class.getSimpleName());
        String one = both[isa == Isa.AVX512 ? both.length - 1 : 0];
        if (one.equals("-")) return null;
        List<String> words = Arrays.asList(one.split(" "));
        boolean limited = words.getFirst().endsWith("+");
        int least = limited ? Integer.parseInt(words.getFirst().replace("+", "")) : 16;
        int name = limited ? 1 : 0;
        return new Reading(least, words.get(name), words.subList(name + 1, words.size()));
    }

    private static Map<Vector, String[]> parse() {
        var readings = new EnumMap<Vector, String[]>(Vector.class);
        TABLE.lines().forEach(l -> {
            String[] entry = l.split(" ", 2);
            readings.put(Vector.valueOf(entry[0]), entry[1].split(" \\| "));
        });
        return readings;
    }
}
