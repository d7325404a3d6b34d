package org.gabor.cpu;

import static org.gabor.cpu.NestCheck.F;

import java.util.List;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.kernel.Loop;
import org.gabor.cpu.kernel.Nest;
import org.gabor.cpu.kernel.Nest.Bias;
import org.gabor.cpu.kernel.Nest.Epilogue;
import org.gabor.graph.Activation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Nests as convolutions and matrix products fill them in, by every emitter: channels last, and sixteen images side by side. */
@ParameterizedClass
@MethodSource("org.gabor.cpu.NestCheck#emitters")
class NestShapesTest {
    private static final int LANES = 16;

    private final NestCheck nests;

    NestShapesTest(Emitter emitter) {
        nests = new NestCheck(emitter);
    }

    @AfterEach
    void free() { nests.close(); }

    private Nest nest(List<Loop> rows, List<Loop> columns, List<Loop> reduction, List<Loop> outer, Epilogue epilogue) {
        return new Nest(nests.a, nests.b, nests.c, rows, columns, reduction, outer, epilogue);
    }

    private Epilogue bias(Bias kind) { return new Epilogue(kind, nests.bias, List.of(), new Activation.Relu()); }

    /** Filters lie as [k/panel][r][s][c][panel]. */
    @ParameterizedTest
    @CsvSource({"1,3,16,7,3,1,1,16", "2,16,16,8,3,1,1,16", "2,16,64,4,3,1,1,32", "1,5,96,9,1,1,1,32", "2,4,10,14,5,1,1,10",
            "1,3,33,11,3,2,1,33", "1,2,40,10,3,1,2,40", "3,1,6,30,5,1,1,6", "1,64,32,5,3,1,1,32", "2,7,1,6,2,2,1,1"})
    void aConvolutionWithChannelsLast(int n, int c, int k, int h, int r, int stride, int dilation, int panel) {
        int p = (h - (r - 1) * dilation - 1) / stride + 1;
        long row = F * h * c;
        var rows = List.of(new Loop(p, stride * row, 0, F * p * k), new Loop(p, stride * F * c, 0, F * k));
        var columns = List.of(new Loop(k / panel, 0, F * r * r * c * panel, F * panel), new Loop(panel, 0, F, F));
        var taps = List.of(new Loop(r, dilation * row, F * r * c * panel), new Loop(r, dilation * F * c, F * c * panel),
                new Loop(c, F, F * panel));
        var images = List.of(new Loop(n, row * h, 0, F * p * p * k));
        nests.check(nest(rows, columns, taps, images, Epilogue.NONE));
        nests.check(nest(rows, columns, taps, images, bias(Bias.COLUMN)));
    }

    /** Lines and panels may be loops around the nest. */
    @ParameterizedTest
    @CsvSource({"2,3,64,7,3", "1,5,96,4,1"})
    void aConvolutionLineByLine(int n, int c, int k, int h, int r) {
        int p = h - r + 1, panel = 32;
        long row = F * h * c;
        var taps = List.of(new Loop(r, row, F * r * c * panel), new Loop(r, F * c, F * c * panel), new Loop(c, F, F * panel));
        var outer = List.of(new Loop(n, row * h, 0, F * p * p * k), new Loop(k / panel, 0, F * r * r * c * panel, F * panel),
                new Loop(p, row, 0, F * p * k));
        nests.check(nest(List.of(new Loop(p, F * c, 0, F * k)), List.of(new Loop(panel, 0, F, F)), taps, outer,
                new Epilogue(Bias.COLUMN, nests.bias, List.of(0L, F * panel, 0L), null)));
    }

    /** dx takes the taps backwards. Filters lie as [r][s][k][c], dy as [n][p][q][k]. */
    @ParameterizedTest
    @CsvSource({"2,16,16,8,3", "1,3,20,9,5", "2,33,5,6,2", "1,64,24,12,1"})
    void aDataGradientWithChannelsLast(int n, int c, int k, int h, int r) {
        int p = h + r - 1;
        var rows = List.of(new Loop(h, F * p * k, 0, F * h * c), new Loop(h, F * k, 0, F * c));
        var taps = List.of(new Loop(r, -F * p * k, F * r * k * c), new Loop(r, -F * k, F * k * c), new Loop(k, F, F * c));
        long firstTap = F * (r - 1) * (p + 1) * k;
        nests.check(new Nest(nests.a + firstTap, nests.b, nests.c, rows, List.of(new Loop(c, 0, F, F)), taps,
                List.of(new Loop(n, F * p * p * k, 0, F * h * h * c)), Epilogue.NONE));
    }

    /** dW lies as [part][r][s][c][k]. */
    @ParameterizedTest
    @CsvSource({"4,2,3,16,7,3,1", "4,1,16,16,8,3,1", "2,2,64,64,6,3,1", "2,1,3,32,17,7,2", "1,1,20,10,9,3,2", "6,3,5,33,4,1,1",
            "3,1,2,1,6,2,1", "16,2,24,40,10,3,1", "24,8,3,16,6,3,1", "32,16,16,20,5,2,1"})
    void aFilterGradientWithChannelsLast(int n, int parts, int c, int k, int h, int r, int stride) {
        int p = (h - r) / stride + 1;
        long image = F * h * h * c, output = F * p * p * k;
        var taps = List.of(new Loop(r, F * h * c, 0, F * r * c * k), new Loop(r, F * c, 0, F * c * k),
                new Loop(c, F, 0, F * k));
        var pixels = List.of(new Loop(n / parts, image, output), new Loop(p, F * stride * h * c, F * p * k),
                new Loop(p, F * stride * c, F * k));
        var outer = List.of(new Loop(parts, n / parts * image, n / parts * output, F * r * r * c * k));
        nests.check(nest(taps, List.of(new Loop(k, 0, F, F)), pixels, outer, Epilogue.NONE));
    }

    /** One channel a group: the lanes are the channels. */
    @ParameterizedTest
    @CsvSource({"2,16,8,3,1", "1,40,9,3,2", "2,33,5,5,1", "3,7,6,3,1", "1,2,30,3,1"})
    void aDepthwiseConvolution(int n, int c, int h, int r, int stride) {
        int p = (h - r) / stride + 1;
        var rows = List.of(new Loop(p, F * stride * h * c, 0, F * p * c), new Loop(p, F * stride * c, 0, F * c));
        var taps = List.of(new Loop(r, F * h * c, F * r * c), new Loop(r, F * c, F * c));
        var outer = List.of(new Loop(n, F * h * h * c, 0, F * p * p * c), new Loop(c, F, F, F));
        nests.check(nest(rows, List.of(), taps, outer, Epilogue.NONE));
        nests.check(nest(rows, List.of(), taps, outer,
                new Epilogue(Bias.COLUMN, nests.bias, List.of(0L, F), new Activation.Relu())));
    }

    /** Groups of a few channels. Filters lie as [group][r][s][c][k]. */
    @ParameterizedTest
    @CsvSource({"2,3,4,4,6,3", "1,2,3,17,5,3", "2,8,2,1,4,1"})
    void aGroupedConvolution(int n, int groups, int c, int k, int h, int r) {
        int p = h - r + 1, all = groups * c, out = groups * k;
        var rows = List.of(new Loop(p, F * h * all, 0, F * p * out), new Loop(p, F * all, 0, F * out));
        var taps = List.of(new Loop(r, F * h * all, F * r * c * k), new Loop(r, F * all, F * c * k), new Loop(c, F, F * k));
        var outer = List.of(new Loop(n, F * h * h * all, 0, F * p * p * out), new Loop(groups, F * c, F * r * r * c * k, F * k));
        nests.check(nest(rows, List.of(new Loop(k, 0, F, F)), taps, outer,
                new Epilogue(Bias.COLUMN, nests.bias, List.of(0L, F * k), null)));
    }

    /** Images lie as [n/16][h][w][c][16], filters as [k][c][r][s]. */
    @ParameterizedTest
    @CsvSource({"2,1,6,9,5,1", "1,6,16,8,5,1", "2,3,5,7,3,2", "1,4,31,4,1,1"})
    void aConvolutionSideBySide(int blocks, int c, int k, int h, int r, int stride) {
        int p = (h - r) / stride + 1;
        long pixel = F * LANES * c, output = F * LANES * k;
        var rows = List.of(new Loop(k, F * c * r * r, 0, F * LANES));
        var columns = List.of(new Loop(p, 0, (long) stride * h * pixel, p * output), new Loop(p, 0, stride * pixel, output),
                new Loop(LANES, 0, F, F));
        var taps = List.of(new Loop(c, F * r * r, F * LANES), new Loop(r, F * r, h * pixel), new Loop(r, F, pixel));
        var images = List.of(new Loop(blocks, 0, (long) h * h * pixel, (long) p * p * output));
        nests.check(nest(rows, columns, taps, images, bias(Bias.ROW)));
    }

    @ParameterizedTest
    @CsvSource({"4,2,1,6,9,5,1", "2,2,6,16,8,5,1", "1,1,3,5,7,3,2", "3,1,2,1,4,1,1"})
    void aFilterGradientSideBySide(int blocks, int parts, int c, int k, int h, int r, int stride) {
        int p = (h - r) / stride + 1;
        long pixel = F * LANES * c, output = F * LANES * k;
        var rows = List.of(new Loop(k, F * LANES, 0, F * c * r * r));
        var columns = List.of(new Loop(c, 0, F * LANES, F * r * r), new Loop(r, 0, h * pixel, F * r), new Loop(r, 0, pixel, F));
        var pixels = List.of(new Loop(blocks / parts, (long) p * p * output, (long) h * h * pixel),
                new Loop(p, p * output, (long) stride * h * pixel), new Loop(p, output, stride * pixel), new Loop(LANES, F, F));
        var outer = List.of(new Loop(parts, (long) blocks / parts * p * p * output, (long) blocks / parts * h * h * pixel,
                F * k * c * r * r));
        nests.check(nest(rows, columns, pixels, outer, Epilogue.NONE));
    }

    /** Either operand may be transposed. */
    @ParameterizedTest
    @CsvSource({"1,1,1", "64,120,40", "13,10,84", "3,100,257", "30,33,31", "70,17,16", "2,5,2000", "1,65,300", "40,300,1",
            "9,40,4096", "5,3,20000"})
    void aMatrixProduct(int m, int n, int k) {
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                var rows = List.of(new Loop(m, transposeA ? F : F * k, 0, F * n));
                var columns = List.of(new Loop(n, 0, transposeB ? F * k : F, F));
                var sum = List.of(new Loop(k, transposeA ? F * m : F, transposeB ? F : F * n));
                nests.check(nest(rows, columns, sum, List.of(), Epilogue.NONE));
                nests.check(nest(rows, columns, sum, List.of(), bias(Bias.COLUMN)));
                nests.check(nest(rows, columns, sum, List.of(), bias(Bias.ROW)));
            }
        }
    }
}
