package org.gabor.cpu.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.gabor.cpu.assemble.Assembler.Condition;
import org.gabor.cpu.assemble.Operands.Place;
import org.junit.jupiter.api.Test;

/** objdump reads every instruction on general registers, and every jump, as it was meant. */
class GeneralInstructionsTest {
    private final Listing listing = new Listing(Isa.AVX2);
    private final Assembler x = listing.x;

    @Test
    void registersReadAsMeant() {
        for (Gp d : Gp.values()) {
            String to = Operands.name(d);
            listing.add("push " + to, () -> x.push(d));
            listing.add("pop " + to, () -> x.pop(d));
            listing.add("shl " + to + ",0x3", () -> x.shiftLeft(d, 3));
            listing.add("shr " + to + ",0x3f", () -> x.shiftRight(d, 63));
            for (Gp s : Gp.values()) {
                String both = to + "," + Operands.name(s);
                if (d != s) listing.add("mov " + both, () -> x.move(d, s));
                listing.add("add " + both, () -> x.add(d, s));
                listing.add("sub " + both, () -> x.sub(d, s));
                listing.add("and " + both, () -> x.and(d, s));
                listing.add("or " + both, () -> x.or(d, s));
                listing.add("xor " + both, () -> x.xor(d, s));
                listing.add("imul " + both, () -> x.multiply(d, s));
                listing.add("imul " + both + ",0x30d40", () -> x.multiply(d, s, 200_000));
                listing.add("cmp " + both, () -> x.compare(d, s));
                listing.add("test " + both, () -> x.test(d, s));
            }
        }
        listing.check();
    }

    @Test
    void constantsReadAsMeant() {
        for (Gp d : Gp.values()) {
            String to = Operands.name(d) + ",";
            for (int v : new int[] {1, -1, 127, 128, -128, -129, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                String value = Operands.number(v);
                listing.add("mov " + to + value, () -> x.move(d, v));
                listing.add("add " + to + value, () -> x.add(d, v));
                listing.add("and " + to + value, () -> x.and(d, v));
                listing.add("cmp " + to + value, () -> x.compare(d, v));
            }
            listing.add("movabs " + to + "0x123456789abcdef0", () -> x.move(d, 0x123456789abcdef0L));
            listing.add("movabs " + to + "0x80000000", () -> x.move(d, 1L << 31));
        }
        x.add(Gp.RAX, 0);
        x.move(Gp.RAX, Gp.RAX);
        listing.check();
        assertThatThrownBy(() -> x.add(Gp.RAX, 1L << 31)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void memoryReadsAsMeant() {
        int i = 0;
        for (Place p : Operands.allPlaces()) {
            Gp d = Operands.ALL.get(i++ % 16);
            String to = Operands.name(d), quad = "QWORD PTR " + p.text();
            listing.add("mov " + to + "," + quad, () -> x.load(d, p.mem()));
            listing.add("mov " + quad + "," + to, () -> x.store(p.mem(), d));
            listing.add("lea " + to + "," + p.text(), () -> x.lea(d, p.mem()));
        }
        for (Place p : Operands.places()) {
            Gp d = Operands.ALL.get(i++ % 16);
            String to = Operands.name(d), half = Operands.half(d), dword = "DWORD PTR " + p.text();
            listing.add("mov " + half + "," + dword, () -> x.load32(d, p.mem()));
            listing.add("movsxd " + to + "," + dword, () -> x.loadSigned32(d, p.mem()));
            listing.add("movzx " + to + ",BYTE PTR " + p.text(), () -> x.load8(d, p.mem()));
            listing.add("mov " + dword + "," + half, () -> x.store32(p.mem(), d));
            listing.add("mov BYTE PTR " + p.text() + "," + Operands.lowest(d), () -> x.store8(p.mem(), d));
            listing.add("add " + to + ",QWORD PTR " + p.text(), () -> x.add(d, p.mem()));
            listing.add("cmp " + to + ",QWORD PTR " + p.text(), () -> x.compare(d, p.mem()));
            listing.add("prefetcht0 BYTE PTR " + p.text(), () -> x.prefetch(p.mem()));
        }
        listing.check();
    }

    @Test
    void movesBetweenGeneralRegistersAndVectorsReadAsMeant() {
        for (Gp g : Gp.values()) {
            int v = (g.number * 5 + 3) % 16;
            listing.add("vcvtsi2sd xmm" + v + ",xmm" + v + "," + Operands.name(g), () -> x.toDouble(v, g));
            listing.add("vmovd xmm" + v + "," + Operands.half(g), () -> x.toVector(v, g));
            listing.add("vmovd " + Operands.half(g) + ",xmm" + v, () -> x.fromVector(g, v));
        }
        listing.check();
    }

    @Test
    void jumpsGoWhereTheirLabelIs() {
        Map<Condition, String> names = Map.ofEntries(Map.entry(Condition.BELOW, "jb"), Map.entry(Condition.NOT_BELOW, "jae"),
                Map.entry(Condition.ZERO, "je"), Map.entry(Condition.NOT_ZERO, "jne"), Map.entry(Condition.NOT_ABOVE, "jbe"),
                Map.entry(Condition.ABOVE, "ja"), Map.entry(Condition.PARITY, "jp"), Map.entry(Condition.LESS, "jl"),
                Map.entry(Condition.NOT_LESS, "jge"), Map.entry(Condition.NOT_GREATER, "jle"),
                Map.entry(Condition.GREATER, "jg"));
        int jump = 5, conditional = 6;
        int end = jump + names.size() * 2 * conditional + jump;
        var before = new Encoder.Label();
        var behind = new Encoder.Label();
        x.bind(before);
        listing.add("jmp " + Operands.number(end), () -> x.jump(behind));
        names.forEach((c, name) -> {
            listing.add(name + " 0x0", () -> x.jump(c, before));
            listing.add(name + " " + Operands.number(end), () -> x.jump(c, behind));
        });
        listing.add("jmp 0x0", () -> x.jump(before));
        x.bind(behind);
        listing.add("push rax", () -> x.push(Gp.RAX));
        listing.check();
    }

    @Test
    void aLabelThatIsNowhereIsRefused() {
        x.jump(new Encoder.Label());
        assertThatThrownBy(x::finish).isInstanceOf(IllegalStateException.class).hasMessageContaining("label");
    }

    @Test
    void fillingUpToAnAddressTakesInstructionsThatDoNothing() {
        for (int gap = 1; gap < 8; gap++) {
            while (x.here() % 8 != 8 - gap) x.put(0x90);
            int before = x.here();
            x.align(8);
            assertThat(x.here() - before).isEqualTo(gap);
        }
        x.push(Gp.RAX);
        x.align(64);
        var read = Listing.disassemble(x.finish());
        assertThat(read.values())
                .allMatch(text -> text.startsWith("nop") || text.matches("(data16 )*(cs )?nop.*|xchg ax,ax|push rax"));
    }
}
