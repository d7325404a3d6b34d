package org.gabor.cpu.assemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gabor.cpu.assemble.NestPlan.Mode;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.junit.jupiter.api.Test;

/** What is chosen for the nests that take the time of a network. Addresses are never used. */
class NestPlannerTest {
    private static final long F = Float.BYTES;

    /** A 3x3 convolution of n images with c channels, h x h pixels and a halo of 1, with filters in panels of 32. */
    private static Nest convolution(int n, int c, int h) {
        long pixel = F * c, line = pixel * (h + 2), image = line * (h + 2), tap = F * c * 32;
        return new Nest(0, 0, 0, List.of(new Loop(h, line, 0, line), new Loop(h, pixel, 0, pixel)),
                List.of(new Loop(c / 32, 0, 9 * tap, F * 32), new Loop(32, 0, F, F)),
                List.of(new Loop(3, line, 3 * tap), new Loop(3, pixel, tap), new Loop(c, F, F * 32)),
                List.of(new Loop(n, image, 0, image)), Epilogue.NONE);
    }

    private static Nest product(int m, int n, int k, boolean transposeB) {
        return new Nest(0, 0, 0, List.of(new Loop(m, F * k, 0, F * n)), List.of(new Loop(n, 0, transposeB ? F * k : F, F)),
                List.of(new Loop(k, F, transposeB ? F : F * n)), List.of(), Epilogue.NONE);
    }

    @Test
    void aTileFillsTheRegistersAndCutsALineEvenly() {
        NestPlan wide = NestAssembly.of(convolution(16, 256, 14), Isa.AVX512).plan();
        assertThat(wide.mode()).isEqualTo(Mode.COLUMN);
        assertThat(List.of(wide.rows().full().size(), wide.columns().full().size())).containsExactly(14, 2);
        NestPlan line = NestAssembly.of(convolution(64, 64, 32), Isa.AVX512).plan();
        assertThat(List.of(line.rows().full().size(), line.rows().last().size())).containsExactly(11, 10);
        NestPlan small = NestAssembly.of(convolution(64, 64, 32), Isa.AVX2).plan();
        // two multiply-adds a cycle that take four: eight sums keep the core busy
        assertThat(small.rows().full().size() * small.columns().full().size()).isBetween(8, 12);
    }

    @Test
    void anImageIsABlockOfWorkAndFewImagesAreCut() {
        assertThat(NestAssembly.of(convolution(128, 64, 8), Isa.AVX512).rows()).hasNumberOfRows(128);
        assertThat(NestAssembly.of(convolution(1, 64, 56), Isa.AVX512).rows().length).isGreaterThanOrEqualTo(16);
        assertThat(NestAssembly.of(product(64, 1000, 512, false), Isa.AVX512).rows().length).isGreaterThanOrEqualTo(16);
    }

    @Test
    void aReductionThatFitsTheCacheIsNotCut() {
        assertThat(NestAssembly.of(convolution(16, 256, 14), Isa.AVX512).plan().chunks()).isEmpty();
        assertThat(NestAssembly.of(product(64, 4096, 25_088, false), Isa.AVX512).plan().chunks()).isNotEmpty();
        assertThat(NestAssembly.of(product(64, 4096, 25_088, true), Isa.AVX512).plan().chunks()).isNotEmpty();
    }

    @Test
    void transposedProductsGoAlongTheReduction() {
        NestPlan plan = NestAssembly.of(product(64, 120, 400, true), Isa.AVX512).plan();
        assertThat(plan.mode()).isEqualTo(Mode.DOT);
        assertThat(plan.tail()).isZero();
        assertThat(NestAssembly.of(product(64, 10, 84, true), Isa.AVX512).plan().tail()).isEqualTo(4);
    }

    @Test
    void equalShapesShareTheirCode() {
        Nest nest = convolution(16, 64, 8);
        var moved = new Nest(4096, 8192, 64, nest.rows(), nest.columns(), nest.reduction(), nest.outer(), nest.epilogue());
        assertThat(NestAssembly.of(nest, Isa.AVX2).form()).isEqualTo(NestAssembly.of(moved, Isa.AVX2).form());
    }
}
