package org.gabor.tests.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.gabor.DeviceException;
import org.gabor.DeviceMemoryException;
import org.gabor.cuda.blas.Blas;
import org.gabor.cuda.blas.Blas.Gemm;
import org.gabor.cuda.dnn.Algorithm;
import org.gabor.cuda.dnn.ConvolutionPlan;
import org.gabor.cuda.dnn.Direction;
import org.gabor.cuda.dnn.Dnn;
import org.gabor.cuda.dnn.FilterLayout;
import org.gabor.cuda.dnn.Geometry;
import org.gabor.cuda.dnn.TensorLayout;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.DeviceBuffer;
import org.gabor.cuda.driver.Graph;
import org.gabor.cuda.driver.Resource.Kind;
import org.gabor.cuda.driver.Stream;
import org.gabor.graph.DType;
import org.gabor.tests.softgpu.SoftwareDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** cuDNN and cuBLAS through the wrappers compute what their javadoc says; on small integers, where every sum is exact. */
class LibrariesTest {
    private static final long LIMIT = 1 << 20;

    private final SoftwareDevice device = Device.software();
    private final Context context = Device.open();
    private final Stream stream = context.stream();
    private final Random random = new Random(5);

    @AfterEach
    void everythingIsGivenBack() {
        context.close();
        assertThat(context.live().resources()).isEmpty();
        assertThat(device.live()).isEmpty();
    }

    private float[] integers(int n) {
        var values = new float[n];
        for (int i = 0; i < n; i++) values[i] = random.nextInt(7) - 3;
        return values;
    }

    private static short[] bf16(float[] values) {
        var half = new short[values.length];
        for (int i = 0; i < half.length; i++) half[i] = (short) (Float.floatToRawIntBits(values[i]) >>> 16);
        return half;
    }

    private static MemorySegment stored(DType type, float[] values) {
        return type == DType.F32 ? MemorySegment.ofArray(values) : MemorySegment.ofArray(bf16(values));
    }

    private DeviceBuffer upload(DType type, float[] values) {
        DeviceBuffer buffer = context.allocate((long) type.bytes * values.length);
        stream.upload(buffer.address(), stored(type, values));
        return buffer;
    }

    private float[] download(DType type, DeviceBuffer buffer, int n) {
        if (type == DType.F32) {
            var values = new float[n];
            stream.download(MemorySegment.ofArray(values), buffer.address());
            return values;
        }
        var half = new short[n];
        stream.download(MemorySegment.ofArray(half), buffer.address());
        var values = new float[n];
        for (int i = 0; i < n; i++) values[i] = Float.intBitsToFloat(half[i] << 16);
        return values;
    }

    /** Different numbers for rows and columns, so that none can stand for another. */
    private static final int IMAGES = 2, C = 4, H = 9, W = 8, K = 6, R = 3, S = 2, GROUPS = 2;
    private static final Geometry GEOMETRY = new Geometry(2, 1, 2, 1, 1, 3, GROUPS);
    private static final int P = (H + 4 - R) / 2 + 1, Q = W + 2 - 3 * (S - 1);
    private static final int CG = C / GROUPS, KG = K / GROUPS;

    private interface Term {
        void add(int x, int w, int y);
    }

    /** Calls for each product x w that is part of y, with indices into dense n c h w, k c r s and n k p q. */
    private static void terms(Term term) {
        for (int n = 0; n < IMAGES; n++)
            for (int k = 0; k < K; k++)
                for (int p = 0; p < P; p++)
                    for (int q = 0; q < Q; q++)
                        for (int c = 0; c < CG; c++)
                            for (int r = 0; r < R; r++)
                                for (int s = 0; s < S; s++) {
                                    int h = 2 * p + r - 2, w = q + 3 * s - 1;
                                    if (h < 0 || h >= H || w < 0 || w >= W) continue;
                                    term.add(((n * C + k / KG * CG + c) * H + h) * W + w, ((k * CG + c) * R + r) * S + s,
                                            ((n * K + k) * P + p) * Q + q);
                                }
    }

    /** Dense [a][b][c][d] as [a][c][d][b]. */
    private static float[] lastly(float[] values, int a, int b, int cd) {
        var moved = new float[values.length];
        for (int i = 0; i < a; i++)
            for (int j = 0; j < b; j++)
                for (int k = 0; k < cd; k++) moved[(i * cd + k) * b + j] = values[(i * b + j) * cd + k];
        return moved;
    }

    private static float[] firstly(float[] values, int a, int b, int cd) { return lastly(values, a, cd, b); }

    @ParameterizedTest
    @CsvSource({"F32, false", "F32, true", "BF16, true"})
    void aConvolutionAndItsGradients(DType type, boolean channelsLast) {
        float[] x = integers(IMAGES * C * H * W), w = integers(K * CG * R * S), dy = integers(IMAGES * K * P * Q);
        float[] y = new float[dy.length], dx = new float[x.length], dw = new float[w.length];
        terms((i, j, o) -> {
            y[o] += x[i] * w[j];
            dx[i] += dy[o] * w[j];
            dw[j] += dy[o] * x[i];
        });
        TensorLayout xLayout = channelsLast ? TensorLayout.nhwc(type, IMAGES, C, H, W) : TensorLayout.nchw(type, IMAGES, C, H, W);
        TensorLayout yLayout = channelsLast ? TensorLayout.nhwc(type, IMAGES, K, P, Q) : TensorLayout.nchw(type, IMAGES, K, P, Q);
        var wLayout = new FilterLayout(type, K, CG, R, S, channelsLast);
        Dnn dnn = new Dnn(stream);
        ConvolutionPlan plan = dnn.convolution(xLayout, wLayout, GEOMETRY, yLayout, false);
        DeviceBuffer xs = upload(type, channelsLast ? lastly(x, IMAGES, C, H * W) : x);
        DeviceBuffer ws = upload(type, channelsLast ? lastly(w, K, CG, R * S) : w);
        DeviceBuffer dys = upload(type, channelsLast ? lastly(dy, IMAGES, K, P * Q) : dy);
        DeviceBuffer out = context.allocate(4L * (x.length + y.length + w.length)), workspace = context.allocate(LIMIT);

        Algorithm forward = plan.choose(Direction.FORWARD, LIMIT, true);
        Graph graph = stream.capture(
                () -> plan.forward(forward, xs.address(), ws.address(), out.address(), workspace.address(), 1, 0));
        graph.launch(stream);
        float[] got = download(type, out, y.length);
        assertThat(channelsLast ? firstly(got, IMAGES, K, P * Q) : got).as("y").isEqualTo(rounded(type, y));

        Algorithm data = plan.choose(Direction.DATA, LIMIT, true);
        plan.data(data, ws.address(), dys.address(), out.address(), workspace.address(), 1, 0);
        got = download(type, out, x.length);
        assertThat(channelsLast ? firstly(got, IMAGES, C, H * W) : got).as("dx").isEqualTo(rounded(type, dx));

        Algorithm filter = plan.choose(Direction.FILTER, LIMIT, true);
        plan.filter(filter, xs.address(), dys.address(), out.address(), workspace.address(), 1, 0);
        plan.filter(filter, xs.address(), dys.address(), out.address(), workspace.address(), 2, 1);
        got = download(type, out, w.length);
        float[] once = rounded(type, dw);
        for (int i = 0; i < dw.length; i++) dw[i] = 2 * dw[i] + once[i];
        assertThat(channelsLast ? firstly(got, K, CG, R * S) : got).as("2 dw + dw").isEqualTo(rounded(type, dw));
        plan.close();
        assertThat(context.live().resources()).doesNotContainKey(Kind.DESCRIPTOR);
    }

    /** Exact sums, to the nearest that the type holds, ties to even. */
    private static float[] rounded(DType type, float[] values) {
        float[] all = values.clone();
        if (type == DType.BF16) for (int i = 0; i < all.length; i++) {
            int bits = Float.floatToRawIntBits(all[i]);
            all[i] = Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
        }
        for (int i = 0; i < all.length; i++) all[i] += 0.0f;
        return all;
    }

    @Test
    void anAlgorithmIsChosenOnceForAQuestion() {
        Dnn dnn = new Dnn(stream);
        TensorLayout x = TensorLayout.nhwc(DType.F32, 1, 8, 5, 5);
        var w = new FilterLayout(DType.F32, 8, 8, 3, 3, true);
        var same = new Geometry(1, 1, 1, 1, 1, 1, 1);
        ConvolutionPlan plan = dnn.convolution(x, w, same, x, false);
        for (Direction direction : Direction.values()) {
            Algorithm any = plan.choose(direction, LIMIT, false), deterministic = plan.choose(direction, LIMIT, true);
            assertThat(deterministic.isDeterministic()).isTrue();
            assertThat(plan.find(direction, any.toString())).as("by its name").contains(any);
            assertThat(plan.find(direction, "NO_SUCH")).isEmpty();
            assertThat(any.workspace()).isLessThanOrEqualTo(LIMIT);
            assertThat(plan.choose(direction, LIMIT, false)).isSameAs(any);
            assertThat(dnn.convolution(x, w, same, x, false).choose(direction, LIMIT, false)).as("another plan").isSameAs(any);
        }
        Algorithm forward = plan.choose(Direction.FORWARD, LIMIT, true);
        assertThatThrownBy(() -> plan.data(forward, 0, 0, 0, 0, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shapesThatDoNotFitAreRefusedWithThem() {
        Dnn dnn = new Dnn(stream);
        TensorLayout x = TensorLayout.nhwc(DType.F32, 1, 8, 5, 5);
        ConvolutionPlan plan = dnn.convolution(x, new FilterLayout(DType.F32, 8, 7, 3, 3, true),
                new Geometry(1, 1, 1, 1, 1, 1, 1), x, false);
        assertThatThrownBy(() -> plan.choose(Direction.FORWARD, LIMIT, true)).isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("cudnnGetConvolutionForwardAlgorithm_v7", "f32 [8,7,3,3] krsc", "CUDNN_STATUS");
        assertThatThrownBy(() -> dnn.convolution(x, new FilterLayout(DType.F32, 8, 8, 3, 3, true),
                new Geometry(1, 1, 0, 1, 1, 1, 1), x, false)).isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("cudnnSetConvolution2dDescriptor", "stride 0,1");
        assertThat(context.live().resources()).containsEntry(Kind.DESCRIPTOR, 1);
    }

    @ParameterizedTest
    @CsvSource({"F32, false, false", "F32, true, false", "F32, false, true", "F32, true, true", "BF16, false, true",
            "BF16, true, false"})
    void aProductOfRowMajorMatrices(DType type, boolean transposeA, boolean transposeB) {
        int m = 5, n = 7, k = 4, lda = (transposeA ? m : k) + 2, ldb = (transposeB ? k : n) + 1, ldc = n + 3;
        float[] a = integers((transposeA ? k : m) * lda), b = integers((transposeB ? n : k) * ldb), c = integers(m * ldc);
        float[] expected = c.clone();
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int t = 0; t < k; t++)
                    sum += a[transposeA ? t * lda + i : i * lda + t] * b[transposeB ? j * ldb + t : t * ldb + j];
                expected[i * ldc + j] = 2 * sum - c[i * ldc + j];
            }
        DeviceBuffer as = upload(type, a), bs = upload(type, b), cs = upload(type, c);
        var gemm = new Gemm(type, type, false, transposeA, transposeB, m, n, k, lda, ldb, ldc);
        new Blas(stream).gemm(gemm, as.address(), bs.address(), cs.address(), 2, -1);
        assertThat(download(type, cs, c.length)).isEqualTo(rounded(type, expected));
    }

    @Test
    void bf16MatricesHaveAnF32Product() {
        float[] a = {1, 2, 3, 4}, b = {256, 1, 1, 256};
        DeviceBuffer as = upload(DType.BF16, a), bs = upload(DType.BF16, b), c = context.allocate(16);
        new Blas(stream).gemm(new Gemm(DType.BF16, DType.F32, false, false, false, 2, 2, 2, 2, 2, 2), as.address(), bs.address(),
                c.address(), 1, 0);
        assertThat(download(DType.F32, c, 4)).containsExactly(258, 513, 772, 1027);
    }

    @ParameterizedTest
    @ValueSource(strings = {"blas", "dnn"})
    void afterAFailureThatCanBeMendedTheSameWorks(String library) {
        for (int k = 1; k <= 6; k++) {
            device.reset();
            device.fail(library, k, 2);
            try {
                use(library);
            } catch (DeviceException | DeviceMemoryException e) {
                assertThat(e).hasMessageContaining(library.equals("blas") ? "cuBLAS" : "cuDNN");
            }
            device.reset();
            use(library);
            assertThat(context.live().resources()).containsOnlyKeys(Kind.STREAM);
        }
    }

    private void use(String library) {
        DType f32 = DType.F32;
        TensorLayout x = TensorLayout.nhwc(f32, 1, 8, 5, 5);
        try (DeviceBuffer memory = context.allocate(4096); DeviceBuffer workspace = context.allocate(LIMIT)) {
            if (library.equals("blas")) try (var blas = new Blas(stream)) {
                for (int i = 0; i < 2; i++) blas.gemm(Gemm.dense(f32, false, false, false, 4, 4, 4), memory.address(),
                        memory.address() + 1024, memory.address() + 2048, 1, 0);
            }
            else try (var dnn = new Dnn(stream); DeviceBuffer y = context.allocate(4096); ConvolutionPlan plan =
                    dnn.convolution(x, new FilterLayout(f32, 8, 8, 3, 3, true), new Geometry(1, 1, 1, 1, 1, 1, 1), x, true)) {
                        Algorithm algorithm = plan.choose(Direction.FORWARD, LIMIT, false);
                        long at = memory.address();
                        for (int i = 0; i < 2; i++) plan.forward(algorithm, at, at, y.address(), workspace.address(), 1, 0);
                    }
            stream.synchronize();
        }
    }
}
