package org.gabor.cuda.blas;

import static jcuda.cudaDataType.CUDA_R_16BF;
import static jcuda.cudaDataType.CUDA_R_32F;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F_PEDANTIC;
import static jcuda.jcublas.cublasGemmAlgo.CUBLAS_GEMM_DEFAULT;
import static jcuda.jcublas.cublasMath.CUBLAS_DEFAULT_MATH;
import static jcuda.jcublas.cublasMath.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_N;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_T;
import static jcuda.jcublas.cublasPointerMode.CUBLAS_POINTER_MODE_HOST;
import static jcuda.jcublas.cublasStatus.CUBLAS_STATUS_ALLOC_FAILED;
import static jcuda.jcublas.cublasStatus.CUBLAS_STATUS_SUCCESS;

import java.lang.foreign.Arena;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import org.gabor.DeviceException;
import org.gabor.DeviceMemoryException;
import org.gabor.cuda.driver.Address;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.DeviceBuffer;
import org.gabor.cuda.driver.Resource;
import org.gabor.cuda.driver.Scalars;
import org.gabor.cuda.driver.Stream;
import org.gabor.graph.DType;

/**
 * cuBLAS on one stream, with a workspace of its own. One thread at a time.
 *
 * <p>Matrices are row-major here: element [i,j] of a matrix with rows of {@code ld} elements lies at {@code i ld + j}.
 * cuBLAS counts by columns, so that it sees each matrix transposed, and is asked for C<sup>T</sup> = B<sup>T</sup>
 * A<sup>T</sup>.
 *
 * <p>The same product gives the same bits every time on the same device, library and shapes, since one stream and a fixed
 * workspace leave cuBLAS no choice; on another device or version it may not.
 */
public final class Blas extends Resource {
    /** What cuBLAS asks for on compute capability 9.0; less is enough elsewhere. */
    private static final long WORKSPACE = 32L << 20;

    private final Arena lifetime = Arena.ofShared();
    private final Scalars scalars = new Scalars(lifetime);
    private final cublasHandle handle;
    private final DeviceBuffer workspace;

    /** A handle whose work goes to this stream. */
    public Blas(Stream stream) {
        this(stream, stream.context().allocate(WORKSPACE));
    }

    private Blas(Stream stream, DeviceBuffer workspace) {
        this(stream, create(stream, workspace), workspace);
    }

    private Blas(Stream stream, cublasHandle handle, DeviceBuffer workspace) {
        super(stream.context(), Kind.LIBRARY);
        this.handle = handle;
        this.workspace = workspace;
        try {
            check(JCublas2.cublasSetStream(handle, stream.forLibraries()), "cublasSetStream");
            // After the stream, which takes the workspace away.
            check(JCublas2.cublasSetWorkspace(handle, new Address.Host(workspace.address()), WORKSPACE), "cublasSetWorkspace");
            check(JCublas2.cublasSetPointerMode(handle, CUBLAS_POINTER_MODE_HOST), "cublasSetPointerMode");
            check(JCublas2.cublasSetMathMode(handle,
                    CUBLAS_DEFAULT_MATH | CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION), "cublasSetMathMode");
        } catch (RuntimeException e) {
            throw closeAfter(e);
        }
    }

    private static cublasHandle create(Stream stream, DeviceBuffer workspace) {
        Context context = stream.context();
        context.enter();
        var handle = new cublasHandle();
        int status = JCublas2.cublasCreate(handle);
        if (status == CUBLAS_STATUS_SUCCESS) return handle;
        workspace.close();
        context.checkAfter("cublasCreate");
        throw failure(context, status, "cublasCreate");
    }

    /**
     * A product in its row-major terms, C[m,n] = alpha A[m,k] B[k,n] + beta C.
     *
     * @param type       of A and B, {@code F32} or {@code BF16}; sums are taken in f32
     * @param output     of C, {@code F32} or the same
     * @param tf32       lets f32 be rounded to 10 bits of mantissa before products (tensor cores); no matter for bf16
     * @param transposeA A lies in memory as [k,m]
     * @param transposeB B lies in memory as [n,k]
     * @param m          rows of C
     * @param n          columns of C
     * @param k          length of the sums
     * @param lda        elements from a row of A, as it lies in memory, to the next
     * @param ldb        the same of B
     * @param ldc        the same of C
     */
    public record Gemm(DType type, DType output, boolean tf32, boolean transposeA, boolean transposeB, int m, int n, int k,
            int lda, int ldb, int ldc) {
        /** Dense matrices, all of one type. */
        public static Gemm dense(DType type, boolean tf32, boolean transposeA, boolean transposeB, int m, int n, int k) {
            return new Gemm(type, type, tf32, transposeA, transposeB, m, n, k, transposeA ? m : k, transposeB ? k : n, n);
        }
    }

    /** Computes one product of matrices at these addresses. */
    public void gemm(Gemm g, long a, long b, long c, float alpha, float beta) {
        use();
        scalars.set(alpha, beta);
        int type = type(g.type);
        check(JCublas2.cublasGemmEx_new(handle, operation(g.transposeB), operation(g.transposeA), g.n, g.m, g.k,
                scalars.alpha(), new Address.Host(b), type, g.ldb, new Address.Host(a), type, g.lda, scalars.beta(),
                new Address.Host(c), type(g.output), g.ldc, compute(g), CUBLAS_GEMM_DEFAULT), "cublasGemmEx");
    }

    private static int operation(boolean transpose) { return transpose ? CUBLAS_OP_T : CUBLAS_OP_N; }

    private static int compute(Gemm g) {
        if (g.type == DType.BF16) return CUBLAS_COMPUTE_32F;
        return g.tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F_PEDANTIC;
    }

    private static int type(DType type) {
        return switch (type) {
            case F32 -> CUDA_R_32F;
            case BF16 -> CUDA_R_16BF;
            case F16, U8, I32 -> throw new IllegalArgumentException("products are f32 or bf16, not " + type.label());
        };
    }

    private void check(int status, String call) {
        if (status == CUBLAS_STATUS_SUCCESS) return;
        context().checkAfter(call + ", cuBLAS saying " + JCublas2.cublasGetStatusString(status));
        throw failure(context(), status, call);
    }

    private static RuntimeException failure(Context context, int status, String call) {
        String text = call + ", cuBLAS saying " + JCublas2.cublasGetStatusString(status) + " (" + status + ")";
        return status == CUBLAS_STATUS_ALLOC_FAILED
                ? new DeviceMemoryException(context.gpu() + " has not enough memory for " + text
                        + "; use a smaller batch or model, or end other programs on this GPU")
                : new DeviceException(context.gpu() + " failed in " + text);
    }

    @Override
    protected void free() { check(JCublas2.cublasDestroy(handle), "cublasDestroy"); }

    @Override
    protected void forget() { JCublas2.cublasDestroy(handle); }

    @Override
    protected void released() {
        workspace.close();
        lifetime.close();
    }
}
