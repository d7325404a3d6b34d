package org.gabor.cuda.driver;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/** Captured work, ready to run as one launch. It keeps the addresses and scalars that were captured. */
public final class Graph extends Resource {
    private final CUgraphExec handle;
    private final long nodes;

    private Graph(Context context, CUgraphExec handle, long nodes) {
        super(context, Kind.GRAPH);
        this.handle = handle;
        this.nodes = nodes;
    }

    static Graph capture(Stream stream, Runnable work) {
        Context context = stream.context();
        // Only calls of this thread can spoil the capture.
        context.check(JCudaDriver.cuStreamBeginCapture(stream.handle(),
                CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "cuStreamBeginCapture");
        var graph = new CUgraph();
        boolean captured = false;
        try {
            work.run();
            captured = true;
        } finally {
            if (!captured && !context.isLost() && JCudaDriver.cuStreamEndCapture(stream.handle(), graph) == CUresult.CUDA_SUCCESS)
                JCudaDriver.cuGraphDestroy(graph);
        }
        context.check(JCudaDriver.cuStreamEndCapture(stream.handle(), graph), "cuStreamEndCapture");
        try {
            return instantiate(context, graph);
        } finally {
            JCudaDriver.cuGraphDestroy(graph);
        }
    }

    private static Graph instantiate(Context context, CUgraph graph) {
        var nodes = new long[1];
        context.check(JCudaDriver.cuGraphGetNodes(graph, null, nodes), "cuGraphGetNodes");
        var handle = new CUgraphExec();
        context.check(JCudaDriver.cuGraphInstantiate(handle, graph, 0), "cuGraphInstantiate");
        return new Graph(context, handle, nodes[0]);
    }

    /** Launches, copies and fills it is made of. */
    public long nodes() { return nodes; }

    /** Brings it to the device ahead of the first launch. */
    public void upload(Stream stream) {
        use();
        context().check(JCudaDriver.cuGraphUpload(handle, stream.handle()), "cuGraphUpload");
    }

    /** Runs it once on a stream. Allocates nothing. */
    public void launch(Stream stream) {
        use();
        context().check(JCudaDriver.cuGraphLaunch(handle, stream.handle()), "cuGraphLaunch");
    }

    @Override
    protected void free() { context().check(JCudaDriver.cuGraphExecDestroy(handle), "cuGraphExecDestroy"); }
}
