package org.gabor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.gabor.cpu.kernel.Footprint;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.cpu.kernel.Pointwise;
import org.gabor.cpu.kernel.Region;
import org.gabor.cpu.kernel.Sums;
import org.gabor.cpu.kernel.Warp;
import org.gabor.graph.Augmentation;
import org.gabor.graph.Shape;
import org.junit.jupiter.api.Test;

/** What a kernel is said to touch begins with the first byte and ends with the last byte that its loops reach. */
class FootprintsTest {
    private static final long F = Float.BYTES, A = 1 << 20, B = 2 << 20, C = 3 << 20;
    private static final int IMAGES = 3;

    @Test
    void ofAConvolutionImageByImage() {
        var images = new Loop(IMAGES, F * 400, 0, F * 700);
        var rows = List.of(new Loop(5, F * 8, 0, F * 30));
        var columns = List.of(new Loop(7, 0, F, F));
        var taps = List.of(new Loop(3, -F * 40, F * 21), new Loop(3, F, F * 7));
        var nest = new Nest(A, B, C, rows, columns, taps, List.of(images), Epilogue.NONE);
        Footprint f = Footprints.of(nest, IMAGES, IMAGES);
        for (int i = 0; i < IMAGES; i++) {
            assertReaches(f.reads().get(0), i, reached(A + i * images.a(), Loop::a, rows, taps));
            assertReaches(f.reads().get(1), i, reached(B, Loop::b, taps, columns));
            assertReaches(f.writes().get(0), i, reached(C + i * images.c(), Loop::c, rows, columns));
        }
    }

    /** Two parts of three images each: the operands go on image by image, the sums belong to all. */
    @Test
    void ofAFilterGradientThatAddsUpImageByImage() {
        var parts = new Loop(2, F * 1200, F * 600, F * 50);
        var inPart = new Loop(3, F * 400, F * 200);
        var pixels = new Loop(4, F * 3, F * 5);
        var rows = List.of(new Loop(3, F, 0, F * 5));
        var columns = List.of(new Loop(5, 0, F, F));
        var nest = new Nest(A, B, C, rows, columns, List.of(inPart, pixels), List.of(parts), Epilogue.NONE);
        Footprint f = Footprints.of(nest, 6, 2);
        assertThat(f.parts()).isEqualTo(2);
        for (int i = 0; i < 6; i++) {
            assertReaches(f.reads().get(0), i, reached(A + i * inPart.a(), Loop::a, rows, List.of(pixels)));
            assertReaches(f.reads().get(1), i, reached(B + i * inPart.b(), Loop::b, List.of(pixels), columns));
            assertReaches(f.writes().get(0), i, reached(C, Loop::c, List.of(parts), rows, columns));
        }
    }

    @Test
    void ofAChainWithAChannelsFactor() {
        var code = new Code(List.of(IMAGES, 4), 6);
        int x = code.operand(A, Pointwise.Element.F32, List.of(F * 100, F * 10));
        int factor = code.single(B, List.of(0L, F));
        int y = code.operand(C, Pointwise.Element.F32, List.of(F * 200, F * 20));
        code.store(code.timesSingle(code.load(x), factor), y);
        Footprint f = Footprints.of(code.kernel(0), IMAGES, IMAGES);
        var lines = List.of(new Loop(4, F * 10, F, F * 20), new Loop(6, F, 0, F));
        for (int i = 0; i < IMAGES; i++) {
            assertReaches(f.reads().get(x), i, reached(A + i * F * 100, Loop::a, lines));
            assertReaches(f.reads().get(factor), i, reached(B, Loop::b, lines));
            assertReaches(f.writes().get(0), i, reached(C + i * F * 200, Loop::c, lines));
        }
    }

    @Test
    void ofSumsAPartEach() {
        var sums = new Sums(Sums.Kind.GRADIENT, List.of(new Loop(IMAGES, F * 90, F * 80)), List.of(new Loop(4, F, F)),
                List.of(new Loop(9, F * 5, F * 4)), A, B, C);
        Footprint f = Footprints.of(sums, IMAGES, IMAGES);
        for (int i = 0; i < IMAGES; i++) {
            assertReaches(f.reads().get(0), i, reached(A + i * F * 90, Loop::a, sums.units(), sums.summed()));
            assertReaches(f.reads().get(1), i, reached(B + i * F * 80, Loop::b, sums.units(), sums.summed()));
            long part = 2 * 4 * Double.BYTES;
            assertThat(f.writes().get(0)).isEqualTo(new Region(C, part, part));
        }
    }

    /** Six images, two side by side: bytes of both are a block. */
    @Test
    void ofDistortedImages() {
        var warp = new Warp(Shape.of(6, 3, 4, 5), A, B, C, 2, 1000, 200);
        Footprint f = Footprints.of(warp, 3, 3);
        for (int i = 0; i < 3; i++) {
            Region y = f.writes().getFirst();
            var last = List.of(new Loop(4, 200, 0), new Loop(5 * 3 * 2, F, 0));
            assertReaches(y, i, reached(C + 1000L * i, Loop::a, last));
        }
        assertThat(f.reads()).containsExactlyInAnyOrder(new Region(A, 2 * 3 * 4 * 5, 2 * 3 * 4 * 5),
                new Region(B, F * Augmentation.COEFFICIENTS * 6, 0));
    }

    private static void assertReaches(Region region, int image, SortedSet<Long> floats) {
        long from = region.from() + image * region.step();
        assertThat(List.of(from, from + region.bytes())).isEqualTo(List.of(floats.first(), floats.last() + F));
    }

    /** The address of every float that loops reach from one on. */
    @SafeVarargs
    private static SortedSet<Long> reached(long address, ToLongFunction<Loop> step, List<Loop>... loops) {
        var all = new TreeSet<>(List.of(address));
        for (List<Loop> some : loops)
            for (Loop l : some) {
                var next = new TreeSet<Long>();
                for (long at : all) for (int i = 0; i < l.count(); i++) next.add(at + i * step.applyAsLong(l));
                all = next;
            }
        return all;
    }
}
