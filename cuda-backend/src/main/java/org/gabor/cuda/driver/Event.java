package org.gabor.cuda.driver;

import jcuda.driver.CUevent;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** A point in the work of a stream, with the time at which it was reached. */
public final class Event extends Resource {
    private final CUevent handle;

    Event(Context context) {
        this(context, create(context));
    }

    private Event(Context context, CUevent handle) {
        super(context, Kind.EVENT);
        this.handle = handle;
    }

    private static CUevent create(Context context) {
        context.enter();
        var handle = new CUevent();
        context.check(JCudaDriver.cuEventCreate(handle, 0), "cuEventCreate");
        return handle;
    }

    CUevent handle() {
        use();
        return handle;
    }

    /** Waits until it is reached. */
    public void synchronize() {
        use();
        context().check(JCudaDriver.cuEventSynchronize(handle), "cuEventSynchronize");
    }

    /** True if it has been reached. */
    public boolean isReached() {
        use();
        int result = JCudaDriver.cuEventQuery(handle);
        if (result == CUresult.CUDA_ERROR_NOT_READY) return false;
        context().check(result, "cuEventQuery");
        return true;
    }

    /** Nanoseconds from an earlier event to this one; both have been reached. Resolution about half a microsecond. */
    public long nanosSince(Event earlier) {
        use();
        var millis = new float[1];
        context().check(JCudaDriver.cuEventElapsedTime(millis, earlier.handle, handle), "cuEventElapsedTime");
        return Math.round(millis[0] * 1e6);
    }

    @Override
    protected void free() { context().check(JCudaDriver.cuEventDestroy(handle), "cuEventDestroy"); }
}
