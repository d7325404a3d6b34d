// Contexts, memory, copies and the faults that a test can ask for.
#include <thread>

#include "selftest.h"

TEST(callsNeedInitialisationAndAContext) {
    gabor_soft_reset();
    DevicePointer p;
    int n;
    gabor_soft_set("devices", 0);
    RETURNS(100, cuInit(0));
    gabor_soft_reset();
    RETURNS(0, cuInit(0));
    RETURNS(0, cuDeviceGetCount(&n));
    CHECK(n == 1);
    RETURNS(201, cuMemAlloc_v2(&p, 4));
    Device device;
    std::thread([&] {
        DevicePointer q;
        RETURNS(201, cuMemAlloc_v2(&q, 4));
        RETURNS(0, cuCtxSetCurrent(device.context));
        RETURNS(0, cuMemAlloc_v2(&q, 4));
        RETURNS(0, cuMemFree_v2(q));
    }).join();
}

TEST(itNamesItself) {
    Device device;
    char name[64];
    RETURNS(0, cuDeviceGetName(name, sizeof name, 0));
    CHECK(std::string(name) == "Gabor software device");
}

TEST(aDestroyedContextIsRefused) {
    { Device device; }
    void* context;
    DevicePointer p;
    RETURNS(0, cuDevicePrimaryCtxRetain(&context, 0));
    RETURNS(0, cuCtxSetCurrent(context));
    RETURNS(0, cuMemAlloc_v2(&p, 100));
    void* locked;
    RETURNS(0, cuMemHostAlloc(&locked, 100, 0));
    RETURNS(0, cuDevicePrimaryCtxRelease_v2(0));
    CHECK(gabor_soft_get("leaked") == 2);
    CHECK(gabor_soft_get("live_allocations") == 0);
    CHECK(gabor_soft_get("live_pinned") == 0);
    RETURNS(709, cuMemAlloc_v2(&p, 100));
    RETURNS(0, cuCtxSetCurrent(nullptr));
}

TEST(newMemoryIsNan) {
    Device device;
    DevicePointer p = device.memory(400);
    CHECK(p % 256 == 0);
    for (float value : device.read(p, 100)) {
        CHECK(std::isnan(value));
    }
}

TEST(copiesStayInsideAllocations) {
    Device device;
    char host[200] = {};
    DevicePointer p = device.memory(100);
    RETURNS(0, cuMemcpyHtoD_v2(p, host, 100));
    RETURNS(1, cuMemcpyHtoD_v2(p, host, 101));
    RETURNS(1, cuMemcpyHtoD_v2(p + 1, host, 100));
    RETURNS(1, cuMemcpyDtoH_v2(host, p - 1, 1));
    RETURNS(1, cuMemcpyHtoD_v2(reinterpret_cast<DevicePointer>(host), host + 100, 4));
    RETURNS(1, cuMemcpyHtoD_v2(p, reinterpret_cast<void*>(p), 4));
    RETURNS(1, cuMemcpyDtoH_v2(reinterpret_cast<void*>(p), p, 4));
    RETURNS(1, cuMemsetD8Async(p, 0, 101, device.stream));
    RETURNS(1, cuMemsetD32Async(p + 2, 0, 4, device.stream));
    RETURNS(1, cuMemFree_v2(p + 4));
}

TEST(memoryIsCapped) {
    Device device;
    gabor_soft_set("memory", 1000);
    DevicePointer p;
    size_t unused;
    size_t total;
    device.memory(600);
    RETURNS(2, cuMemAlloc_v2(&p, 401));
    RETURNS(0, cuMemGetInfo_v2(&unused, &total));
    CHECK(unused == 400 && total == 1000);
    device.memory(400);
    CHECK(gabor_soft_get("peak_bytes") == 1000);
}

TEST(theWantedAllocationFails) {
    Device device;
    DevicePointer p;
    gabor_soft_fail("alloc", 2, 2);
    device.memory(4);
    RETURNS(2, cuMemAlloc_v2(&p, 4));
    device.memory(4);
}

TEST(pinnedCopiesAreReadWhenTheyRun) {
    Device device;
    gabor_soft_set("lazy", 1);
    void* pinned;
    RETURNS(0, cuMemHostAlloc(&pinned, 4, 0));
    DevicePointer fromPinned = device.memory(4);
    DevicePointer fromPageable = device.memory(4);
    float value = 1;
    std::memcpy(pinned, &value, 4);
    RETURNS(0, cuMemcpyHtoDAsync_v2(fromPinned, pinned, 4, device.stream));
    RETURNS(0, cuMemcpyHtoDAsync_v2(fromPageable, &value, 4, device.stream));
    value = 2;
    std::memcpy(pinned, &value, 4);
    RETURNS(600, cuStreamQuery(device.stream));
    CHECK(device.read(fromPinned, 1)[0] == 2);
    CHECK(device.read(fromPageable, 1)[0] == 1);
    RETURNS(0, cuMemFreeHost(pinned));
}

TEST(pinnedMemoryFreedTooSoonIsFatal) {
    Device device;
    gabor_soft_set("lazy", 1);
    void* pinned;
    DevicePointer p = device.memory(4);
    RETURNS(0, cuMemHostAlloc(&pinned, 4, 0));
    RETURNS(0, cuMemcpyHtoDAsync_v2(p, pinned, 4, device.stream));
    RETURNS(0, cuMemFreeHost(pinned));
    RETURNS(700, cuStreamSynchronize(device.stream));
    RETURNS(700, cuCtxSynchronize());
}

TEST(aLazyStreamMustBeWaitedFor) {
    Device device;
    gabor_soft_set("lazy", 1);
    void* other;
    void* event;
    RETURNS(0, cuStreamCreate(&other, 1));
    RETURNS(0, cuEventCreate(&event, 0));
    DevicePointer p = device.memory(4);
    RETURNS(0, cuMemsetD32Async(p, 0, 1, device.stream));
    RETURNS(0, cuEventRecord(event, device.stream));
    float value = 7;
    RETURNS(0, cuMemcpyDtoHAsync_v2(&value, p, 4, other));
    CHECK(std::isnan(value));
    RETURNS(600, cuEventQuery(event));
    RETURNS(0, cuStreamWaitEvent(other, event, 0));
    RETURNS(0, cuMemcpyDtoHAsync_v2(&value, p, 4, other));
    CHECK(value == 0);
    RETURNS(0, cuEventSynchronize(event));
    RETURNS(0, cuEventDestroy_v2(event));
    RETURNS(0, cuStreamDestroy_v2(other));
    RETURNS(400, cuStreamSynchronize(other));
}

TEST(eventsMeasureTime) {
    Device device;
    void* start;
    void* end;
    float milliseconds = -1;
    RETURNS(0, cuEventCreate(&start, 0));
    RETURNS(0, cuEventCreate(&end, 0));
    RETURNS(0, cuEventRecord(start, device.stream));
    RETURNS(400, cuEventElapsedTime(&milliseconds, start, end));
    RETURNS(0, cuEventRecord(end, device.stream));
    RETURNS(0, cuEventElapsedTime(&milliseconds, start, end));
    CHECK(milliseconds >= 0);
    RETURNS(0, cuEventDestroy_v2(start));
    RETURNS(0, cuEventDestroy_v2(end));
}
