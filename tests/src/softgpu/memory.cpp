// Device memory, pinned memory, copies and fills. New and freed memory is NaN, and fences stand around each allocation.
#include <cstdlib>
#include <cstring>
#include <memory>

#include "device.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void) 0)
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void) 0)
#endif

namespace softgpu {

namespace {

constexpr size_t ALIGNMENT = 256;
constexpr size_t FENCE_BYTES = 256;
constexpr unsigned char POISON = 0xFF;

struct Allocation {
    size_t bytes;
    char* block;
    size_t blockBytes;
};

std::map<DevicePointer, Allocation>& allocations() {
    static auto* table = new std::map<DevicePointer, Allocation>();
    return *table;
}

std::map<uintptr_t, size_t>& pinnedBlocks() {
    static auto* table = new std::map<uintptr_t, size_t>();
    return *table;
}

size_t usedBytes = 0;

template <typename Table>
auto atOrBefore(Table& table, typename Table::key_type key) {
    auto found = table.upper_bound(key);
    return found == table.begin() ? table.end() : std::prev(found);
}

/// Whether nobody wrote to the bytes before and behind an allocation. The address sanitizer reports such a write itself.
bool fencesStand(DevicePointer p, const Allocation& a) {
#ifdef __SANITIZE_ADDRESS__
    return p != 0 && a.block != nullptr;
#else
    static const std::vector<unsigned char> untouched(FENCE_BYTES, POISON);
    const char* behind = reinterpret_cast<const char*>(p) + a.bytes;
    return std::memcmp(a.block, untouched.data(), FENCE_BYTES) == 0 && std::memcmp(behind, untouched.data(), FENCE_BYTES) == 0;
#endif
}

void release(std::map<DevicePointer, Allocation>::iterator found) {
    Allocation a = found->second;
    usedBytes -= a.bytes;
    count("live_allocations", -1);
    count("live_bytes", -static_cast<long long>(a.bytes));
    ASAN_UNPOISON_MEMORY_REGION(a.block, a.blockBytes);
    std::memset(a.block, POISON, a.blockBytes);
    std::free(a.block);
    allocations().erase(found);
}

void unpin(std::map<uintptr_t, size_t>::iterator found) {
    void* p = reinterpret_cast<void*>(found->first);
    count("live_pinned", -1);
    count("live_pinned_bytes", -static_cast<long long>(found->second));
    std::memset(p, POISON, found->second);
    std::free(p);
    pinnedBlocks().erase(found);
}

std::string range(DevicePointer p, size_t n) {
    return std::to_string(n) + " bytes at " + std::to_string(p);
}

}  // namespace

bool onDevice(DevicePointer p, size_t n) {
    auto found = atOrBefore(allocations(), p);
    return found != allocations().end() && p - found->first <= found->second.bytes
        && n <= found->second.bytes - (p - found->first);
}

bool pinned(const void* p, size_t n) {
    auto address = reinterpret_cast<uintptr_t>(p);
    auto found = atOrBefore(pinnedBlocks(), address);
    return found != pinnedBlocks().end() && address - found->first <= found->second
        && n <= found->second - (address - found->first);
}

bool onDeviceOrPinned(const void* p, size_t n) {
    return onDevice(reinterpret_cast<DevicePointer>(p), n) || pinned(p, n);
}

bool pointsToDevice(const void* p) {
    return onDevice(reinterpret_cast<DevicePointer>(p), 0);
}

Result checkOperand(const char* call, const char* operand, const void* p, size_t n) {
    if (onDeviceOrPinned(p, n)) {
        return SUCCESS;
    }
    return complain(ILLEGAL_ADDRESS, std::string(call) + ": " + operand + ", " + range(reinterpret_cast<DevicePointer>(p), n)
                                         + ", is outside any allocation");
}

Result checkFences(const char* afterWhat) {
    for (const auto& [p, allocation] : allocations()) {
        if (!fencesStand(p, allocation)) {
            return complain(ILLEGAL_ADDRESS, std::string(afterWhat) + " has written outside the allocation of "
                                                 + range(p, allocation.bytes));
        }
    }
    return SUCCESS;
}

void freeAllMemory() {
    while (!allocations().empty()) {
        count("leaked");
        release(allocations().begin());
    }
    while (!pinnedBlocks().empty()) {
        count("leaked");
        unpin(pinnedBlocks().begin());
    }
}

namespace {

Result allocate(DevicePointer* p, size_t bytes) {
    count("allocations");
    if (p == nullptr || bytes == 0) {
        return complain(INVALID_VALUE, "an allocation of no bytes");
    }
    if (Result r = injected("alloc")) {
        return r;
    }
    if (bytes > static_cast<size_t>(setting("memory")) - std::min(usedBytes, static_cast<size_t>(setting("memory")))) {
        return complain(OUT_OF_MEMORY, "no " + std::to_string(bytes) + " bytes are free");
    }
    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    size_t blockBytes = FENCE_BYTES + rounded + FENCE_BYTES;
    static_assert(FENCE_BYTES % ALIGNMENT == 0, "data start behind the first fence");
    auto* block = static_cast<char*>(std::aligned_alloc(ALIGNMENT, blockBytes));
    if (block == nullptr) {
        return complain(OUT_OF_MEMORY, "the host has no " + std::to_string(bytes) + " bytes");
    }
    std::memset(block, POISON, blockBytes);
    ASAN_POISON_MEMORY_REGION(block, FENCE_BYTES);
    ASAN_POISON_MEMORY_REGION(block + FENCE_BYTES + bytes, blockBytes - FENCE_BYTES - bytes);
    *p = reinterpret_cast<DevicePointer>(block + FENCE_BYTES);
    allocations()[*p] = {bytes, block, blockBytes};
    usedBytes += bytes;
    count("live_allocations");
    count("live_bytes", static_cast<long long>(bytes));
    raise("peak_bytes", static_cast<long long>(usedBytes));
    return SUCCESS;
}

/// One end of a copy.
struct End {
    void* p;
    bool device;
};

Result checkEnd(const char* what, End end, size_t bytes) {
    auto address = reinterpret_cast<DevicePointer>(end.p);
    if (end.device && !onDevice(address, bytes)) {
        return complain(INVALID_VALUE, std::string("copy: the device side, ") + range(address, bytes)
                        + ", is outside any allocation"
                                           + (pinned(end.p, 0) ? " (it is pinned host memory)" : ""));
    }
    if (!end.device && bytes > 0 && (end.p == nullptr || pointsToDevice(end.p))) {
        return complain(INVALID_VALUE, std::string("copy: the host side is ") + what);
    }
    return SUCCESS;
}

Result checkEnds(End to, End from, size_t bytes) {
    if (Result r = checkEnd("null or device memory", to, bytes)) {
        return r;
    }
    return checkEnd("null or device memory", from, bytes);
}

/// A copy in the order of a stream. Pageable memory is read, or written, before the call returns.
Result copyInOrder(Stream* stream, End to, End from, size_t bytes) {
    count("copies");
    if (Result r = injected("copy")) {
        return r;
    }
    if (Result r = checkEnds(to, from, bytes)) {
        return r;
    }
    bool pageableSource = !from.device && !pinned(from.p, bytes);
    bool pageableTarget = !to.device && !pinned(to.p, bytes);
    if (stream->capture != nullptr && (pageableSource || pageableTarget)) {
        return refuseInCapture(stream, "a copy of pageable memory");
    }
    auto staged = std::make_shared<std::vector<char>>();
    if (pageableSource) {
        staged->assign(static_cast<char*>(from.p), static_cast<char*>(from.p) + bytes);
    }
    bool checkPinned = !pageableSource && !pageableTarget;
    Result r = submit(stream, {"copy", [=]() -> Result {
        for (End end : {to, from}) {
            bool there = !checkPinned || pinned(end.p, bytes);
            if (end.device) {
                there = onDevice(reinterpret_cast<DevicePointer>(end.p), bytes);
            }
            if (!there) {
                return complain(ILLEGAL_ADDRESS, "a copy of memory that was freed before the copy ran");
            }
        }
        std::memmove(to.p, pageableSource ? staged->data() : from.p, bytes);
        return SUCCESS;
    }});
    if (r == SUCCESS && pageableTarget) {
        r = drain(stream);
    }
    return r;
}

/// A copy that has been done when the call returns.
Result copyNow(const char* call, End to, End from, size_t bytes) {
    Stream* stream = streamOf(nullptr);
    if (Result r = obstacle(true)) {
        return r;
    }
    if (Result r = refuseImplicit(stream, call)) {
        return r;
    }
    // It waits for the device, so it counts as unsafe even where only streams that ignore the default one capture.
    if (Result r = refuseUnsafeInCapture(call)) {
        return r;
    }
    if (Result r = copyInOrder(stream, to, from, bytes)) {
        return r;
    }
    return drain(stream);
}

Result copyAsync(const char* call, End to, End from, size_t bytes, void* handle) {
    if (Result r = obstacle()) {
        return r;
    }
    Stream* stream = streamOf(handle);
    if (stream == nullptr) {
        return complain(INVALID_HANDLE, std::string(call) + ": no such stream");
    }
    if (Result r = refuseImplicit(stream, call)) {
        return r;
    }
    return copyInOrder(stream, to, from, bytes);
}

template <typename T>
Result fill(const char* call, DevicePointer p, T value, size_t n, Stream* stream) {
    if (Result r = obstacle()) {
        return r;
    }
    if (stream == nullptr) {
        return complain(INVALID_HANDLE, std::string(call) + ": no such stream");
    }
    if (Result r = refuseImplicit(stream, call)) {
        return r;
    }
    count("memsets");
    if (Result r = injected("memset")) {
        return r;
    }
    if (p % sizeof(T) != 0 || !onDevice(p, n * sizeof(T))) {
        return complain(INVALID_VALUE, std::string(call) + ": " + range(p, n * sizeof(T))
                        + " are misaligned or outside any allocation");
    }
    return submit(stream, {"memset", [=]() -> Result {
        if (!onDevice(p, n * sizeof(T))) {
            return complain(ILLEGAL_ADDRESS, "a fill of memory that was freed before the fill ran");
        }
        std::fill_n(reinterpret_cast<T*>(p), n, value);
        return SUCCESS;
    }});
}

End device(DevicePointer p) {
    return {reinterpret_cast<void*>(p), true};
}

End host(const void* p) {
    return {const_cast<void*>(p), false};
}

Result allocateHost(void** p, size_t bytes) {
    if (Result r = obstacle()) {
        return r;
    }
    if (Result r = refuseUnsafeInCapture("cuMemHostAlloc")) {
        return r;
    }
    if (p == nullptr || bytes == 0) {
        return complain(INVALID_VALUE, "cuMemHostAlloc: no bytes");
    }
    if (Result r = injected("pinned")) {
        return r;
    }
    if (posix_memalign(p, 4096, bytes) != 0) {
        return OUT_OF_MEMORY;
    }
    std::memset(*p, POISON, bytes);
    pinnedBlocks()[reinterpret_cast<uintptr_t>(*p)] = bytes;
    count("live_pinned");
    count("live_pinned_bytes", static_cast<long long>(bytes));
    return SUCCESS;
}

}  // namespace

}  // namespace softgpu

using namespace softgpu;

API Result cuMemAlloc_v2(DevicePointer* p, size_t bytes) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    if (Result r = refuseUnsafeInCapture("cuMemAlloc")) {
        return r;
    }
    return allocate(p, bytes);
}

API Result cuMemFree_v2(DevicePointer p) {
    LOCKED;
    if (Result r = obstacle(true)) {
        return r;
    }
    if (Result r = refuseUnsafeInCapture("cuMemFree")) {
        return r;
    }
    if (p == 0) {
        return SUCCESS;
    }
    auto found = allocations().find(p);
    if (found == allocations().end()) {
        return complain(INVALID_VALUE, "cuMemFree: " + std::to_string(p) + " is no live allocation");
    }
    Result r = drainAll();
    release(found);
    return r;
}

API Result cuMemGetInfo_v2(size_t* unused, size_t* total) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    *total = static_cast<size_t>(setting("memory"));
    *unused = *total - std::min(usedBytes, *total);
    return SUCCESS;
}

API Result cuMemHostAlloc(void** p, size_t bytes, unsigned) {
    LOCKED;
    return allocateHost(p, bytes);
}

API Result cuMemAllocHost_v2(void** p, size_t bytes) {
    LOCKED;
    return allocateHost(p, bytes);
}

API Result cuMemFreeHost(void* p) {
    LOCKED;
    if (Result r = obstacle(true)) {
        return r;
    }
    if (Result r = refuseUnsafeInCapture("cuMemFreeHost")) {
        return r;
    }
    auto found = pinnedBlocks().find(reinterpret_cast<uintptr_t>(p));
    if (found == pinnedBlocks().end()) {
        return complain(INVALID_VALUE, "cuMemFreeHost: no such pinned memory");
    }
    unpin(found);
    return SUCCESS;
}

API Result cuMemcpyHtoD_v2(DevicePointer to, const void* from, size_t bytes) {
    LOCKED;
    return copyNow("cuMemcpyHtoD", device(to), host(from), bytes);
}

API Result cuMemcpyDtoH_v2(void* to, DevicePointer from, size_t bytes) {
    LOCKED;
    return copyNow("cuMemcpyDtoH", host(to), device(from), bytes);
}

API Result cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from, size_t bytes) {
    LOCKED;
    return copyAsync("cuMemcpyDtoD", device(to), device(from), bytes, nullptr);
}

API Result cuMemcpyHtoDAsync_v2(DevicePointer to, const void* from, size_t bytes, void* stream) {
    LOCKED;
    return copyAsync("cuMemcpyHtoDAsync", device(to), host(from), bytes, stream);
}

API Result cuMemcpyDtoHAsync_v2(void* to, DevicePointer from, size_t bytes, void* stream) {
    LOCKED;
    return copyAsync("cuMemcpyDtoHAsync", host(to), device(from), bytes, stream);
}

API Result cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, size_t bytes, void* stream) {
    LOCKED;
    return copyAsync("cuMemcpyDtoDAsync", device(to), device(from), bytes, stream);
}

API Result cuMemsetD8_v2(DevicePointer p, unsigned char value, size_t n) {
    LOCKED;
    return fill("cuMemsetD8", p, value, n, streamOf(nullptr));
}

API Result cuMemsetD32_v2(DevicePointer p, unsigned value, size_t n) {
    LOCKED;
    return fill("cuMemsetD32", p, value, n, streamOf(nullptr));
}

API Result cuMemsetD8Async(DevicePointer p, unsigned char value, size_t n, void* stream) {
    LOCKED;
    return fill("cuMemsetD8Async", p, value, n, streamOf(stream));
}

API Result cuMemsetD16Async(DevicePointer p, unsigned short value, size_t n, void* stream) {
    LOCKED;
    return fill("cuMemsetD16Async", p, value, n, streamOf(stream));
}

API Result cuMemsetD32Async(DevicePointer p, unsigned value, size_t n, void* stream) {
    LOCKED;
    return fill("cuMemsetD32Async", p, value, n, streamOf(stream));
}
