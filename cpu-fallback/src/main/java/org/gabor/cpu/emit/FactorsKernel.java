package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Factors;
import org.gabor.graph.UpdateRule.Adam;
import org.gabor.graph.UpdateRule.Sgd;

/** The factors of an update in Java; too few to share out. */
final class FactorsKernel implements Kernel {
    private final Factors factors;

    FactorsKernel(Factors factors) {
        this.factors = factors;
    }

    @Override
    public int blocks() { return 1; }

    @Override
    public void run(Scratch scratch, int block) {
        switch (factors) {
            case Factors.Clip c -> {
                double sum = 0;
                for (long i = 0; i < c.count(); i++) sum += Memory.f64(c.squares() + 8 * i);
                Memory.f32(c.result(), (float) Math.min(1, c.limit() / (Math.sqrt(sum) + 1e-6)));
            }
            case Factors.OfStep s -> ofStep(s, 1L + Memory.i32(s.step()));
        }
    }

    private static void ofStep(Factors.OfStep s, long t) {
        double first, second;
        if (s.rule() instanceof Adam a) {
            first = Memory.f32(s.rate()) / (1 - power(a.beta1(), t));
            second = 1 / Math.sqrt(1 - power(a.beta2(), t));
        } else if (s.rule() instanceof Sgd sgd) {
            first = t == 1 ? 0 : sgd.momentum();
            second = t == 1 ? 1 : 1 - sgd.dampening();
        } else throw new IllegalStateException(s.rule() + " has no factors of a step");
        Memory.f32(s.result(), (float) first);
        Memory.f32(s.result() + 4, (float) second);
    }

    /** x^n by squaring: a few roundings, and the same everywhere. */
    private static double power(double x, long n) {
        double power = 1;
        for (; n > 0; n >>= 1, x *= x) if ((n & 1) == 1) power *= x;
        return power;
    }
}
