package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Sums;

/** Sums in Java: four interleaved double sums a run, the runs added in order. */
final class SumsKernel implements Kernel {
    /** Elements of a block of work, about. */
    private static final int GRAIN = 1 << 12;

    private final Sums s;
    private final Loop[] units;
    private final Loop[] outer;
    private final int count;
    private final int runs;
    private final int unitsPerBlock;

    SumsKernel(Sums s) {
        this.s = s;
        this.units = s.units().toArray(Loop[]::new);
        this.outer = s.outer().toArray(Loop[]::new);
        this.count = Loop.turns(s.units());
        this.runs = Loop.turns(s.outer());
        this.unitsPerBlock = (int) Math.max(1, GRAIN / ((long) runs * s.run().count()));
    }

    @Override
    public int blocks() { return Math.ceilDiv(count, unitsPerBlock); }

    @Override
    public void run(Scratch scratch, int block) {
        int end = Math.min(count, (block + 1) * unitsPerBlock);
        for (int unit = block * unitsPerBlock; unit < end; unit++) {
            long x = s.x(), dy = s.dy(), result = s.result();
            int rest = unit;
            for (int i = units.length - 1; i >= 0; i--) {
                Loop l = units[i];
                int turn = rest % l.count();
                rest /= l.count();
                x += turn * l.a();
                dy += turn * l.b();
                result += turn * l.c();
            }
            one(unit, x, dy, result);
        }
    }

    private void one(int unit, long x, long dy, long result) {
        long second = result + 4L * count;
        switch (s.kind()) {
            case TOTAL -> Memory.f32(result, (float) (s.scale() * total(x)));
            case PRODUCT -> {
                double sum = 0;
                for (int run = 0; run < runs; run++) sum += product(x + x(run), dy + dy(run), 0);
                Memory.f32(result, (float) sum);
            }
            case MOMENTS -> {
                double m = (double) runs * s.run().count();
                float mean = (float) (total(x) / m);
                Memory.f32(result, mean);
                Memory.f32(second, (float) (squares(x, mean) / m));
            }
            case GRADIENT -> {
                float mean = Memory.f32(s.stats() + 4L * unit);
                double variance = Memory.f32(s.stats() + 4L * (count + unit));
                double plain = 0, scaled = 0;
                for (int run = 0; run < runs; run++) {
                    long at = dy + dy(run);
                    plain += sum(at, s.run().count(), s.run().b());
                    scaled += product(x + x(run), at, mean);
                }
                Memory.f32(result, (float) plain);
                Memory.f32(second, (float) (scaled / Math.sqrt(variance + s.eps())));
            }
        }
    }

    private double total(long x) {
        double sum = 0;
        for (int run = 0; run < runs; run++) sum += sum(x + x(run), s.run().count(), s.run().a());
        return sum;
    }

    private double squares(long x, float mean) {
        double sum = 0;
        for (int run = 0; run < runs; run++) sum += squares(x + x(run), s.run().count(), s.run().a(), mean);
        return sum;
    }

    private long x(int run) {
        long offset = 0;
        for (int i = outer.length - 1; i >= 0; i--) {
            offset += run % outer[i].count() * outer[i].a();
            run /= outer[i].count();
        }
        return offset;
    }

    private long dy(int run) {
        long offset = 0;
        for (int i = outer.length - 1; i >= 0; i--) {
            offset += run % outer[i].count() * outer[i].b();
            run /= outer[i].count();
        }
        return offset;
    }

    private static double sum(long x, int n, long step) {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 4 <= n; i += 4, x += 4 * step) {
            s0 += Memory.f32(x);
            s1 += Memory.f32(x + step);
            s2 += Memory.f32(x + 2 * step);
            s3 += Memory.f32(x + 3 * step);
        }
        for (; i < n; i++, x += step) s0 += Memory.f32(x);
        return (s0 + s1) + (s2 + s3);
    }

    private static double squares(long x, int n, long step, double mean) {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 4 <= n; i += 4, x += 4 * step) {
            double d0 = Memory.f32(x) - mean, d1 = Memory.f32(x + step) - mean;
            double d2 = Memory.f32(x + 2 * step) - mean, d3 = Memory.f32(x + 3 * step) - mean;
            s0 += d0 * d0;
            s1 += d1 * d1;
            s2 += d2 * d2;
            s3 += d3 * d3;
        }
        for (; i < n; i++, x += step) s0 += (Memory.f32(x) - mean) * (Memory.f32(x) - mean);
        return (s0 + s1) + (s2 + s3);
    }

    private double product(long x, long dy, double mean) {
        int n = s.run().count();
        long a = s.run().a(), b = s.run().b();
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 4 <= n; i += 4, x += 4 * a, dy += 4 * b) {
            s0 += Memory.f32(dy) * (Memory.f32(x) - mean);
            s1 += Memory.f32(dy + b) * (Memory.f32(x + a) - mean);
            s2 += Memory.f32(dy + 2 * b) * (Memory.f32(x + 2 * a) - mean);
            s3 += Memory.f32(dy + 3 * b) * (Memory.f32(x + 3 * a) - mean);
        }
        for (; i < n; i++, x += a, dy += b) s0 += Memory.f32(dy) * (Memory.f32(x) - mean);
        return (s0 + s1) + (s2 + s3);
    }
}
