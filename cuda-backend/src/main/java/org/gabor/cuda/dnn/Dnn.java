package org.gabor.cuda.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import org.gabor.DeviceException;
import org.gabor.DeviceMemoryException;
import org.gabor.cuda.driver.Context;
import org.gabor.cuda.driver.Resource;
import org.gabor.cuda.driver.Scalars;
import org.gabor.cuda.driver.Stream;

/** cuDNN on one stream. One thread at a time. */
public final class Dnn extends Resource {
    private static final int SUCCESS = 0, HOST_MEMORY = 4003, DEVICE_MEMORY = 4004;
    private static final int EXECUTION_FAILED = 5, INTERNAL_ERROR = 4, CATEGORY = 1000;
    private static final long MESSAGE_BYTES = 1024;

    private final Arena lifetime = Arena.ofShared();
    private final Scalars scalars = new Scalars(lifetime);
    private final Map<ConvolutionPlan.Question, Algorithm> chosen = new HashMap<>();
    private final Optional<MethodHandle> lastError;
    private final cudnnHandle handle;

    /** A handle whose work goes to this stream. */
    public Dnn(Stream stream) {
        this(stream, create(stream));
    }

    private Dnn(Stream stream, cudnnHandle handle) {
        super(stream.context(), Kind.LIBRARY);
        this.handle = handle;
        lastError = context().libraries().dnn().loaded().function("cudnnGetLastErrorString",
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        try {
            check(JCudnn.cudnnSetStream(handle, stream.forLibraries()), "cudnnSetStream", "the handle");
        } catch (RuntimeException e) {
            throw closeAfter(e);
        }
    }

    private static cudnnHandle create(Stream stream) {
        Context context = stream.context();
        context.enter();
        var handle = new cudnnHandle();
        int status = JCudnn.cudnnCreate(handle);
        if (status == SUCCESS) return handle;
        context.checkAfter("cudnnCreate");
        throw failure(context, status, "cudnnCreate, cuDNN saying " + text(status));
    }

    cudnnHandle handle() {
        use();
        return handle;
    }

    Scalars scalars(float alpha, float beta) {
        scalars.set(alpha, beta);
        return scalars;
    }

    Map<ConvolutionPlan.Question, Algorithm> chosen() { return chosen; }

    /**
     * A convolution of fixed shapes.
     *
     * @param tf32 lets f32 be rounded to 10 bits of mantissa before products (tensor cores); no matter for bf16
     * @throws DeviceException if cuDNN does not take the shapes together
     */
    public ConvolutionPlan convolution(TensorLayout x, FilterLayout w, Geometry geometry, TensorLayout y, boolean tf32) {
        return new ConvolutionPlan(this, new ConvolutionPlan.Shapes(x, w, geometry, y, tf32));
    }

    /**
     * Looks at a status of cuDNN.
     *
     * @param call the function that was called
     * @param of   what it was called for, for the message
     * @throws DeviceMemoryException if memory ran out
     * @throws DeviceException on any other error
     */
    void check(int status, String call, Object of) {
        if (status == SUCCESS) return;
        String failure = call + " of " + of + ", cuDNN saying " + text(status) + detail();
        int category = status / CATEGORY;
        if (category == EXECUTION_FAILED || category == INTERNAL_ERROR) context().checkAfter(failure);
        throw failure(context(), status, failure);
    }

    private static RuntimeException failure(Context context, int status, String failure) {
        return status == HOST_MEMORY || status == DEVICE_MEMORY
                ? new DeviceMemoryException(context.gpu() + " has not enough memory for " + failure
                        + "; use a smaller batch or model, or end other programs on this GPU")
                : new DeviceException(context.gpu() + " failed in " + failure);
    }

    static boolean isSuccess(int status) { return status == SUCCESS; }

    private static String text(int status) { return JCudnn.cudnnGetErrorString(status) + " (" + status + ")"; }

    /** What cuDNN 9 adds about the last error of this thread. */
    private String detail() {
        if (lastError.isEmpty()) return "";
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(MESSAGE_BYTES);
            lastError.get().invokeExact(message, MESSAGE_BYTES - 1);
            String said = message.getString(0).strip();
            return said.isEmpty() ? "" : ": " + said;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected void free() { check(JCudnn.cudnnDestroy(handle), "cudnnDestroy", "the handle"); }

    @Override
    protected void forget() { JCudnn.cudnnDestroy(handle); }

    @Override
    protected void released() { lifetime.close(); }
}
