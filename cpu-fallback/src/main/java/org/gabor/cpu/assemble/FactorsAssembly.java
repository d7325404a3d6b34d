package org.gabor.cpu.assemble;

import org.gabor.cpu.assemble.Assembler.Condition;
import org.gabor.cpu.kernel.Factors;
import org.gabor.graph.UpdateRule.Adam;
import org.gabor.graph.UpdateRule.Sgd;

/** The factors of an update, scalars in double precision. The numbers that a rule has are arguments. */
record FactorsAssembly(Factors factors) implements Assembly {
    private enum Form {
        CLIP, ADAM, SGD
    }

    @Override
    public Object form() { return kind(); }

    private Form kind() {
        return switch (factors) {
            case Factors.Clip _ -> Form.CLIP;
            case Factors.OfStep s when s.rule() instanceof Adam -> Form.ADAM;
            case Factors.OfStep s when s.rule() instanceof Sgd -> Form.SGD;
            case Factors.OfStep s -> throw new IllegalStateException(s.rule() + " has no factors of a step");
        };
    }

    @Override
    public void assemble(Assembler x) {
        x.load(Gp.RDX, Levels.argument(0));
        x.load(Gp.RSI, Levels.argument(1));
        switch (kind()) {
            case CLIP -> clip(x);
            case ADAM -> {
                step(x);
                adam(x);
            }
            case SGD -> {
                step(x);
                sgd(x);
            }
        }
    }

    /** [result, sums, their number, the limit] -> min(1, limit / (norm + 1e-6)); a norm that is NaN stays one. */
    private static void clip(Assembler x) {
        x.load(Gp.RCX, Levels.argument(2));
        x.zero(0);
        x.loop(Gp.RCX, () -> {
            x.op(Vector.VADDSD, 0, 0, Mem.at(Gp.RSI));
            x.add(Gp.RSI, Double.BYTES);
        });
        x.op(Vector.VSQRTSD, 0, 0, 0);
        x.op(Vector.VADDSD, 0, 0, x.literal(1e-6));
        x.op(Vector.VMOVSD_LOAD, 1, Levels.argument(3));
        x.op(Vector.VDIVSD, 1, 1, 0);
        x.op(Vector.VMOVSD_LOAD, 0, x.literal(1.0));
        x.op(Vector.VMINSD, 0, 0, 1);
        result(x, 0, 0);
    }

    /** RCX = the number of the step at RSI, counted from 1. */
    private static void step(Assembler x) {
        x.loadSigned32(Gp.RCX, Mem.at(Gp.RSI));
        x.add(Gp.RCX, 1);
    }

    /** [result, step, rate, beta1, beta2] -> rate / (1 - beta1^t), 1 / sqrt(1 - beta2^t). */
    private static void adam(Assembler x) {
        x.load(Gp.RSI, Levels.argument(2));
        oneLessPower(x, 3);
        x.op(Vector.VCVTSS2SD, 0, 0, Mem.at(Gp.RSI));
        x.op(Vector.VDIVSD, 0, 0, 1);
        result(x, 0, 0);
        oneLessPower(x, 4);
        x.op(Vector.VSQRTSD, 1, 1, 1);
        x.op(Vector.VMOVSD_LOAD, 0, x.literal(1.0));
        x.op(Vector.VDIVSD, 0, 0, 1);
        result(x, 0, 1);
    }

    /** Vector 1 = 1 - beta^RCX, by squaring. */
    private static void oneLessPower(Assembler x, int beta) {
        var top = new Encoder.Label();
        var even = new Encoder.Label();
        x.op(Vector.VMOVSD_LOAD, 0, x.literal(1.0));
        x.op(Vector.VMOVSD_LOAD, 2, Levels.argument(beta));
        x.move(Gp.RAX, Gp.RCX);
        x.bind(top);
        x.move(Gp.RBX, Gp.RAX);
        x.and(Gp.RBX, 1);
        x.jump(Condition.ZERO, even);
        x.op(Vector.VMULSD, 0, 0, 2);
        x.bind(even);
        x.op(Vector.VMULSD, 2, 2, 2);
        x.shiftRight(Gp.RAX, 1);
        x.jump(Condition.NOT_ZERO, top);
        x.op(Vector.VMOVSD_LOAD, 1, x.literal(1.0));
        x.op(Vector.VSUBSD, 1, 1, 0);
    }

    /** [result, step, momentum, 1 - dampening] -> 0, 1 in the first step, then the two. */
    private static void sgd(Assembler x) {
        var first = new Encoder.Label();
        x.zero(0);
        x.op(Vector.VMOVSD_LOAD, 1, x.literal(1.0));
        x.compare(Gp.RCX, 1);
        x.jump(Condition.ZERO, first);
        x.op(Vector.VMOVSD_LOAD, 0, Levels.argument(2));
        x.op(Vector.VMOVSD_LOAD, 1, Levels.argument(3));
        x.bind(first);
        result(x, 0, 0);
        result(x, 1, 1);
    }

    /** Float {@code i} at RDX = the double in v. */
    private static void result(Assembler x, int v, int i) {
        x.op(Vector.VCVTSD2SS, v, v, v);
        x.op(Vector.VMOVSS_STORE, v, Mem.at(Gp.RDX, (long) i * Float.BYTES));
    }

    @Override
    public long[][] rows() {
        return new long[][] {switch (factors) {
            case Factors.Clip c -> new long[] {c.result(), c.squares(), c.count(), bits(c.limit())};
            case Factors.OfStep s when s.rule() instanceof Adam a ->
                    new long[] {s.result(), s.step(), s.rate(), bits(a.beta1()), bits(a.beta2())};
            case Factors.OfStep s when s.rule() instanceof Sgd g ->
                    new long[] {s.result(), s.step(), bits(g.momentum()), bits(1 - g.dampening())};
            case Factors.OfStep s -> throw new IllegalStateException(s.rule() + " has no factors of a step");
        }};
    }

    private static long bits(double v) { return Double.doubleToRawLongBits(v); }
}
