package org.gabor.cuda.dnn;

import static jcuda.jcudnn.cudnnConvolutionMode.CUDNN_CROSS_CORRELATION;
import static jcuda.jcudnn.cudnnDataType.CUDNN_DATA_BFLOAT16;
import static jcuda.jcudnn.cudnnDataType.CUDNN_DATA_FLOAT;
import static jcuda.jcudnn.cudnnMathType.CUDNN_DEFAULT_MATH;
import static jcuda.jcudnn.cudnnMathType.CUDNN_FMA_MATH;
import static jcuda.jcudnn.cudnnMathType.CUDNN_TENSOR_OP_MATH;
import static jcuda.jcudnn.cudnnTensorFormat.CUDNN_TENSOR_NCHW;
import static jcuda.jcudnn.cudnnTensorFormat.CUDNN_TENSOR_NHWC;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;
import org.gabor.DeviceException;
import org.gabor.cuda.driver.Address;
import org.gabor.cuda.driver.Resource;
import org.gabor.cuda.driver.Scalars;
import org.gabor.graph.DType;

/**
 * A convolution of fixed shapes, y[n,k,p,q] = sum over c, r, s of x[n, c, p stride + r dilation - padding, ...] w[k,c,r,s],
 * a cross-correlation, and its two gradients. Sums are taken in f32.
 */
public final class ConvolutionPlan extends Resource {
    private final Dnn dnn;
    private final Shapes shapes;
    private final cudnnTensorDescriptor x = new cudnnTensorDescriptor(), y = new cudnnTensorDescriptor();
    private final cudnnFilterDescriptor w = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();

    /** Everything an algorithm depends on. */
    record Shapes(TensorLayout x, FilterLayout w, Geometry geometry, TensorLayout y, boolean tf32) {
        @Override
        public String toString() { return x + " * " + w + " -> " + y + ", " + geometry + (tf32 ? ", TF32" : ""); }
    }

    /** What is asked when an algorithm is chosen. */
    record Question(Shapes shapes, Direction direction, long limit, boolean deterministic) {}

    ConvolutionPlan(Dnn dnn, Shapes shapes) {
        super(dnn.context(), Kind.DESCRIPTOR);
        this.dnn = dnn;
        this.shapes = shapes;
        dnn.handle();
        try {
            dnn.check(JCudnn.cudnnCreateTensorDescriptor(x), "cudnnCreateTensorDescriptor", shapes);
            dnn.check(JCudnn.cudnnCreateTensorDescriptor(y), "cudnnCreateTensorDescriptor", shapes);
            dnn.check(JCudnn.cudnnCreateFilterDescriptor(w), "cudnnCreateFilterDescriptor", shapes);
            dnn.check(JCudnn.cudnnCreateConvolutionDescriptor(convolution), "cudnnCreateConvolutionDescriptor", shapes);
            describe(x, shapes.x);
            describe(y, shapes.y);
            describe(w, shapes.w);
            describe(convolution, shapes);
        } catch (RuntimeException e) {
            throw closeAfter(e);
        }
    }

    private void describe(cudnnTensorDescriptor descriptor, TensorLayout t) {
        dnn.check(JCudnn.cudnnSetTensor4dDescriptorEx(descriptor, type(t.type()), t.n(), t.c(), t.h(), t.w(), t.nStride(),
                t.cStride(), t.hStride(), t.wStride()), "cudnnSetTensor4dDescriptorEx", t);
    }

    private void describe(cudnnFilterDescriptor descriptor, FilterLayout f) {
        dnn.check(JCudnn.cudnnSetFilter4dDescriptor(descriptor, type(f.type()),
                f.channelsLast() ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW, f.k(), f.c(), f.r(), f.s()),
                "cudnnSetFilter4dDescriptor", f);
    }

    private void describe(cudnnConvolutionDescriptor descriptor, Shapes of) {
        Geometry g = of.geometry;
        dnn.check(JCudnn.cudnnSetConvolution2dDescriptor(descriptor, g.paddingH(), g.paddingW(), g.strideH(), g.strideW(),
                g.dilationH(), g.dilationW(), CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
                "cudnnSetConvolution2dDescriptor", g);
        dnn.check(JCudnn.cudnnSetConvolutionGroupCount(descriptor, g.groups()), "cudnnSetConvolutionGroupCount", g);
        int math = of.x.type() == DType.BF16 ? CUDNN_TENSOR_OP_MATH : of.tf32 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH;
        dnn.check(JCudnn.cudnnSetConvolutionMathType(descriptor, math), "cudnnSetConvolutionMathType", g);
    }

    private static int type(DType type) {
        return switch (type) {
            case F32 -> CUDNN_DATA_FLOAT;
            case BF16 -> CUDNN_DATA_BFLOAT16;
            case F16, U8, I32 -> throw new IllegalArgumentException("convolutions are f32 or bf16, not " + type.label());
        };
    }

    /**
     * The algorithm that cuDNN's heuristics expect to be the fastest among those that need no more workspace. The same
     * question gets the same answer while the handle lives, at no cost.
     *
     * @param limit         bytes of workspace
     * @param deterministic leaves out algorithms whose sums come in another order each time
     * @throws DeviceException if there is none
     */
    public Algorithm choose(Direction direction, long limit, boolean deterministic) {
        return dnn.chosen().computeIfAbsent(new Question(shapes, direction, limit, deterministic), this::choose);
    }

    private Algorithm choose(Question question) {
        Direction direction = question.direction;
        long least = Long.MAX_VALUE;
        for (int number : ranked(direction)) {
            if (question.deterministic && !direction.isDeterministic(number)) continue;
            var workspace = new long[1];
            if (!Dnn.isSuccess(workspace(direction, number, workspace))) continue;
            if (workspace[0] <= question.limit) return new Algorithm(direction, number, workspace[0]);
            least = Math.min(least, workspace[0]);
        }
        throw new DeviceException("%s: cuDNN has no algorithm (%s, %s%s) for %s".formatted(
                context().gpu(), direction.name().toLowerCase(Locale.ROOT),
                question.deterministic ? "deterministic, " : "",
                least == Long.MAX_VALUE ? "with any workspace"
                        : "in %,d bytes of workspace (%,d would do)".formatted(question.limit, least),
                shapes));
    }

    /** An algorithm by its name, to repeat an earlier choice, if cuDNN has it for these shapes. */
    public Optional<Algorithm> find(Direction direction, String name) {
        var workspace = new long[1];
        return direction.number(name).stream().filter(number -> Dnn.isSuccess(workspace(direction, number, workspace)))
                .mapToObj(number -> new Algorithm(direction, number, workspace[0])).findFirst();
    }

    /** With the math type of the descriptor: the one that an entry of the list was judged by may be another. */
    private int workspace(Direction direction, int number, long[] bytes) {
        use();
        return switch (direction) {
            case FORWARD ->
                    JCudnn.cudnnGetConvolutionForwardWorkspaceSize(dnn.handle(), x, w, convolution, y, number, bytes);
            case DATA ->
                    JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(dnn.handle(), w, y, convolution, x, number, bytes);
            case FILTER ->
                    JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(dnn.handle(), x, y, convolution, w, number, bytes);
        };
    }

    /** Numbers of algorithms that work, the fastest first by cuDNN's heuristics. */
    private int[] ranked(Direction direction) {
        use();
        // An algorithm comes up to twice, for each math type.
        int most = 2 * direction.algorithms();
        var count = new int[1];
        try {
            return switch (direction) {
                case FORWARD -> {
                    var list = new cudnnConvolutionFwdAlgoPerf[most];
                    dnn.check(JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(dnn.handle(), x, w, convolution, y, most, count,
                            list), direction.list(), shapes);
                    yield Arrays.stream(list, 0, count[0]).filter(p -> Dnn.isSuccess(p.status)).mapToInt(p -> p.algo).toArray();
                }
                case DATA -> {
                    var list = new cudnnConvolutionBwdDataAlgoPerf[most];
                    dnn.check(JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(dnn.handle(), w, y, convolution, x, most,
                            count, list), direction.list(), shapes);
                    yield Arrays.stream(list, 0, count[0]).filter(p -> Dnn.isSuccess(p.status)).mapToInt(p -> p.algo).toArray();
                }
                case FILTER -> {
                    var list = new cudnnConvolutionBwdFilterAlgoPerf[most];
                    dnn.check(JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(dnn.handle(), x, y, convolution, w, most,
                            count, list), direction.list(), shapes);
                    yield Arrays.stream(list, 0, count[0]).filter(p -> Dnn.isSuccess(p.status)).mapToInt(p -> p.algo).toArray();
                }
            };
        } catch (ArrayIndexOutOfBoundsException refused) {
            // JCuda copies the list before it returns the status, by a length that cuDNN has not set when it refuses.
            dnn.check(workspace(direction, 0, new long[1]), direction.list(), shapes);
            return new int[0];
        }
    }

    /**
     * y = alpha (x * w) + beta y.
     *
     * @param workspace memory of at least {@code algorithm.workspace()} bytes, 0 if it needs none
     */
    public void forward(Algorithm algorithm, long x, long w, long y, long workspace, float alpha, float beta) {
        require(algorithm, Direction.FORWARD);
        Scalars s = dnn.scalars(alpha, beta);
        dnn.check(JCudnn.cudnnConvolutionForward(dnn.handle(), s.alpha(), this.x, new Address.Host(x), this.w,
                new Address.Host(w), convolution, algorithm.number(), new Address.Host(workspace), algorithm.workspace(),
                s.beta(), this.y, new Address.Host(y)), "cudnnConvolutionForward", shapes);
    }

    /** dx = alpha (gradient of x) + beta dx. */
    public void data(Algorithm algorithm, long w, long dy, long dx, long workspace, float alpha, float beta) {
        require(algorithm, Direction.DATA);
        Scalars s = dnn.scalars(alpha, beta);
        dnn.check(JCudnn.cudnnConvolutionBackwardData(dnn.handle(), s.alpha(), this.w, new Address.Host(w), y,
                new Address.Host(dy), convolution, algorithm.number(), new Address.Host(workspace), algorithm.workspace(),
                s.beta(), x, new Address.Host(dx)), "cudnnConvolutionBackwardData", shapes);
    }

    /** dw = alpha (gradient of w) + beta dw. */
    public void filter(Algorithm algorithm, long x, long dy, long dw, long workspace, float alpha, float beta) {
        require(algorithm, Direction.FILTER);
        Scalars s = dnn.scalars(alpha, beta);
        dnn.check(JCudnn.cudnnConvolutionBackwardFilter(dnn.handle(), s.alpha(), this.x, new Address.Host(x), y,
                new Address.Host(dy), convolution, algorithm.number(), new Address.Host(workspace), algorithm.workspace(),
                s.beta(), w, new Address.Host(dw)), "cudnnConvolutionBackwardFilter", shapes);
    }

    private void require(Algorithm algorithm, Direction direction) {
        use();
        if (algorithm.direction() != direction)
            throw new IllegalArgumentException("an algorithm for " + algorithm.direction() + " cannot compute " + direction);
    }

    /** Descriptors that were never made are null, which cuDNN ignores. */
    @Override
    protected void free() {
        dnn.check(JCudnn.cudnnDestroyConvolutionDescriptor(convolution), "cudnnDestroyConvolutionDescriptor", shapes);
        dnn.check(JCudnn.cudnnDestroyFilterDescriptor(w), "cudnnDestroyFilterDescriptor", shapes);
        dnn.check(JCudnn.cudnnDestroyTensorDescriptor(y), "cudnnDestroyTensorDescriptor", shapes);
        dnn.check(JCudnn.cudnnDestroyTensorDescriptor(x), "cudnnDestroyTensorDescriptor", shapes);
    }

    @Override
    protected void forget() {
        JCudnn.cudnnDestroyConvolutionDescriptor(convolution);
        JCudnn.cudnnDestroyFilterDescriptor(w);
        JCudnn.cudnnDestroyTensorDescriptor(y);
        JCudnn.cudnnDestroyTensorDescriptor(x);
    }
}
