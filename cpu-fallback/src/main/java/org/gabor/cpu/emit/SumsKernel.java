package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Sums;

/** Sums of channels in Java: four interleaved double sums a run, the runs added in order. */
final class SumsKernel implements Kernel {
    private final Sums s;
    private final int runs;

    SumsKernel(Sums s) {
        this.s = s;
        this.runs = Loop.turns(s.outer());
    }

    @Override
    public int blocks() { return s.channels(); }

    @Override
    public void run(Scratch scratch, int c) {
        long first = s.result() + 4L * c, second = first + 4L * s.channels();
        switch (s.kind()) {
            case TOTAL -> Memory.f32(first, (float) (s.scale() * total(c)));
            case MOMENTS -> {
                double m = (double) runs * s.run().count();
                float mean = (float) (total(c) / m);
                Memory.f32(first, mean);
                Memory.f32(second, (float) (squares(c, mean) / m));
            }
            case GRADIENT -> {
                float mean = Memory.f32(s.stats() + 4L * c);
                double variance = Memory.f32(s.stats() + 4L * (s.channels() + c));
                double plain = 0, scaled = 0;
                for (int run = 0; run < runs; run++) {
                    long x = x(c, run), dy = dy(c, run);
                    plain += sum(dy, s.run().count(), s.run().b());
                    scaled += product(x, dy, mean);
                }
                Memory.f32(first, (float) plain);
                Memory.f32(second, (float) (scaled / Math.sqrt(variance + s.eps())));
            }
        }
    }

    private double total(int c) {
        double sum = 0;
        for (int run = 0; run < runs; run++) sum += sum(x(c, run), s.run().count(), s.run().a());
        return sum;
    }

    private double squares(int c, float mean) {
        double sum = 0;
        for (int run = 0; run < runs; run++) sum += squares(x(c, run), s.run().count(), s.run().a(), mean);
        return sum;
    }

    private long x(int c, int run) {
        long address = s.x() + c * s.channel().a();
        for (int i = s.outer().size() - 1; i >= 0; i--) {
            Loop l = s.outer().get(i);
            address += run % l.count() * l.a();
            run /= l.count();
        }
        return address;
    }

    private long dy(int c, int run) {
        long address = s.dy() + c * s.channel().b();
        for (int i = s.outer().size() - 1; i >= 0; i--) {
            Loop l = s.outer().get(i);
            address += run % l.count() * l.b();
            run /= l.count();
        }
        return address;
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
