// Capture and graphs.
#include "selftest.h"

namespace {

/// A graph that sets n words from p, captured in the device's stream.
void* captureFill(Device& device, DevicePointer p, unsigned value, size_t n) {
    void* graph = nullptr;
    RETURNS(0, cuStreamBeginCapture_v2(device.stream, 0));
    RETURNS(0, cuMemsetD32Async(p, value, n, device.stream));
    RETURNS(0, cuStreamEndCapture(device.stream, &graph));
    return graph;
}

}  // namespace

TEST(aCaptureRunsNothingUntilLaunched) {
    Device device;
    DevicePointer p = device.memory(8);
    void* graph = captureFill(device, p, 0, 2);
    void* exec;
    size_t n = 0;
    RETURNS(0, cuGraphGetNodes(graph, nullptr, &n));
    CHECK(n == 1);
    RETURNS(0, cuGraphInstantiateWithFlags(&exec, graph, 0));
    CHECK(std::isnan(device.read(p, 1)[0]));
    RETURNS(0, cuGraphLaunch(exec, device.stream));
    CHECK(device.read(p, 2)[1] == 0);
    RETURNS(0, cuGraphDestroy(graph));
    RETURNS(0, cuMemsetD32Async(p, 0x3F800000, 2, device.stream));
    RETURNS(0, cuGraphLaunch(exec, device.stream));
    CHECK(device.read(p, 2)[0] == 0);
    RETURNS(0, cuGraphExecDestroy(exec));
    RETURNS(1, cuGraphLaunch(exec, device.stream));
    CHECK(gabor_soft_get("graph_launches") == 2);
}

TEST(aGraphKeepsItsArguments) {
    Device device;
    DevicePointer x = device.floats({1, 2, 3});
    DevicePointer y = device.memory(12);
    float factor = 10;
    long long n = 3;
    void* graph;
    void* exec;
    RETURNS(0, cuStreamBeginCapture_v2(device.stream, 0));
    RETURNS(0, device.launch("selftest_scale", 1, 32, 0, {&x, &y, &factor, &n}));
    RETURNS(0, cuStreamEndCapture(device.stream, &graph));
    factor = -1;
    n = 0;
    RETURNS(0, cuGraphInstantiateWithFlags(&exec, graph, 0));
    RETURNS(0, cuGraphLaunch(exec, device.stream));
    CHECK(device.read(y, 3)[2] == 30);
    RETURNS(0, cuModuleUnload(device.module));
    RETURNS(0, cuGraphLaunch(exec, device.stream));
    RETURNS(700, cuStreamSynchronize(device.stream));
    RETURNS(0, cuGraphExecDestroy(exec));
    RETURNS(0, cuGraphDestroy(graph));
}

TEST(illegalCallsSpoilACapture) {
    Device device;
    DevicePointer p;
    void* graph;
    int status = 0;
    DevicePointer q = device.memory(4);
    std::function<void()> calls[] = {
        [&] { RETURNS(900, cuStreamSynchronize(device.stream)); },
        [&] { RETURNS(900, cuStreamQuery(device.stream)); },
        [&] { RETURNS(900, cuCtxSynchronize()); },
        [&] { RETURNS(900, cuMemAlloc_v2(&p, 4)); },
        [&] { RETURNS(900, cuMemcpyHtoD_v2(q, &status, 4)); },
        [&] { RETURNS(900, cuMemcpyHtoDAsync_v2(q, &status, 4, device.stream)); },
    };
    for (auto& call : calls) {
        RETURNS(0, cuStreamBeginCapture_v2(device.stream, 0));
        call();
        RETURNS(0, cuStreamIsCapturing(device.stream, &status));
        CHECK(status == 2);
        RETURNS(901, cuMemsetD8Async(q, 0, 4, device.stream));
        RETURNS(901, cuStreamEndCapture(device.stream, &graph));
        CHECK(graph == nullptr);
        RETURNS(0, cuStreamSynchronize(device.stream));
    }
    RETURNS(401, cuStreamEndCapture(device.stream, &graph));
    RETURNS(900, cuStreamBeginCapture_v2(nullptr, 0));
}

TEST(aRelaxedCaptureMayAllocate) {
    Device device;
    void* graph;
    RETURNS(0, cuStreamBeginCapture_v2(device.stream, 2));
    device.memory(4);
    RETURNS(0, cuStreamEndCapture(device.stream, &graph));
    RETURNS(0, cuGraphDestroy(graph));
}

TEST(theDefaultStreamMayNotMeetABlockingCapture) {
    Device device;
    void* blocking;
    void* graph;
    DevicePointer p = device.memory(4);
    RETURNS(0, cuStreamCreate(&blocking, 0));
    RETURNS(0, cuStreamBeginCapture_v2(blocking, 2));
    RETURNS(906, cuMemsetD8Async(p, 0, 4, nullptr));
    RETURNS(901, cuStreamEndCapture(blocking, &graph));
    RETURNS(0, cuStreamDestroy_v2(blocking));
    RETURNS(0, cuStreamBeginCapture_v2(device.stream, 2));
    RETURNS(0, cuMemsetD8Async(p, 0, 4, nullptr));
    RETURNS(0, cuStreamEndCapture(device.stream, &graph));
    RETURNS(0, cuGraphDestroy(graph));
}

TEST(aForkMustBeJoined) {
    Device device;
    void* side;
    void* fork;
    void* join;
    void* graph;
    void* exec;
    DevicePointer p = device.memory(4);
    RETURNS(0, cuStreamCreate(&side, 1));
    RETURNS(0, cuEventCreate(&fork, 2));
    RETURNS(0, cuEventCreate(&join, 2));
    for (bool joined : {false, true}) {
        RETURNS(0, cuStreamBeginCapture_v2(device.stream, 0));
        RETURNS(0, cuEventRecord(fork, device.stream));
        RETURNS(0, cuStreamWaitEvent(side, fork, 0));
        RETURNS(0, cuMemsetD32Async(p, 0, 1, side));
        RETURNS(0, cuEventRecord(join, side));
        if (joined) {
            RETURNS(0, cuStreamWaitEvent(device.stream, join, 0));
            RETURNS(0, cuMemsetD32Async(p, 0x3F800000, 1, device.stream));
        }
        RETURNS(joined ? 0 : 904, cuStreamEndCapture(device.stream, &graph));
    }
    RETURNS(907, cuEventSynchronize(join));
    RETURNS(0, cuGraphInstantiateWithFlags(&exec, graph, 0));
    gabor_soft_set("lazy", 1);
    RETURNS(0, cuGraphLaunch(exec, device.stream));
    CHECK(device.read(p, 1)[0] == 1);
    RETURNS(0, cuStreamBeginCapture_v2(device.stream, 0));
    RETURNS(0, cuEventRecord(fork, side));
    RETURNS(905, cuStreamWaitEvent(device.stream, fork, 0));
    RETURNS(901, cuStreamEndCapture(device.stream, &graph));
    RETURNS(0, cuGraphExecDestroy(exec));
    RETURNS(0, cuEventDestroy_v2(fork));
    RETURNS(0, cuEventDestroy_v2(join));
    RETURNS(0, cuStreamDestroy_v2(side));
}

TEST(anUnjoinedForkRunsInTheWorstOrderOnALazyDevice) {
    Device device;
    void* side;
    void* fork;
    void* join;
    void* graph;
    void* exec;
    DevicePointer p = device.memory(4);
    RETURNS(0, cuStreamCreate(&side, 1));
    RETURNS(0, cuEventCreate(&fork, 2));
    RETURNS(0, cuEventCreate(&join, 2));
    RETURNS(0, cuStreamBeginCapture_v2(device.stream, 0));
    RETURNS(0, cuEventRecord(fork, device.stream));
    RETURNS(0, cuStreamWaitEvent(side, fork, 0));
    RETURNS(0, cuMemsetD32Async(p, 0, 1, device.stream));
    RETURNS(0, cuMemsetD32Async(p, 0x3F800000, 1, side));
    RETURNS(0, cuEventRecord(join, side));
    RETURNS(0, cuStreamWaitEvent(device.stream, join, 0));
    RETURNS(0, cuStreamEndCapture(device.stream, &graph));
    RETURNS(0, cuGraphInstantiateWithFlags(&exec, graph, 0));
    RETURNS(0, cuGraphLaunch(exec, device.stream));
    CHECK(device.read(p, 1)[0] == 1);
    gabor_soft_set("lazy", 1);
    RETURNS(0, cuGraphLaunch(exec, device.stream));
    CHECK(device.read(p, 1)[0] == 0);
    RETURNS(0, cuGraphExecDestroy(exec));
    RETURNS(0, cuGraphDestroy(graph));
    RETURNS(0, cuEventDestroy_v2(fork));
    RETURNS(0, cuEventDestroy_v2(join));
    RETURNS(0, cuStreamDestroy_v2(side));
}

TEST(wantedFaultsOfGraphs) {
    Device device;
    DevicePointer p = device.memory(4);
    void* graph;
    void* exec;
    gabor_soft_fail("capture_node", 1, 2);
    RETURNS(0, cuStreamBeginCapture_v2(device.stream, 0));
    RETURNS(2, cuMemsetD32Async(p, 0, 1, device.stream));
    RETURNS(901, cuStreamEndCapture(device.stream, &graph));
    graph = captureFill(device, p, 0, 1);
    RETURNS(0, cuGraphInstantiateWithFlags(&exec, graph, 0));
    RETURNS(0, cuGraphDestroy(graph));
    gabor_soft_fail("graph_launch", 2, 719);
    RETURNS(0, cuGraphLaunch(exec, device.stream));
    RETURNS(0, cuStreamSynchronize(device.stream));
    RETURNS(0, cuGraphLaunch(exec, device.stream));
    RETURNS(719, cuGraphLaunch(exec, device.stream));
    RETURNS(719, cuStreamSynchronize(device.stream));
    RETURNS(0, cuGraphExecDestroy(exec));
}
