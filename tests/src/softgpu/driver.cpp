// The driver itself: initialisation, the device and its attributes, contexts, names of errors.
#include <cstring>

#include "device.h"
#include "host.h"

namespace softgpu {

namespace {

struct Context {
    int retained = 0;
    bool alive = true;
};

bool initialised = false;
Context* primary = nullptr;
Result fatalError = SUCCESS;

/// The contexts that have ended. They stay: threads that still have one as their current learn that it is destroyed.
std::vector<Context*>& ended() {
    static auto* contexts = new std::vector<Context*>();
    return *contexts;
}

Context* const NONE = reinterpret_cast<Context*>(1);

/// The context of this thread. Thread-local values must not start as zero: .tbss is the kernels' shared memory here.
__thread Context* current = reinterpret_cast<Context*>(1);

struct ErrorText {
    const char* name;
    const char* description;
};

const std::map<int, ErrorText>& errorTexts() {
    static const std::map<int, ErrorText> texts{
        {0, {"CUDA_SUCCESS", "no error"}},
        {1, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
        {2, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
        {3, {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"}},
        {4, {"CUDA_ERROR_DEINITIALIZED", "driver shutting down"}},
        {100, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
        {101, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
        {200, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}},
        {201, {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}},
        {209, {"CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"}},
        {214, {"CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"}},
        {218, {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"}},
        {222, {"CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."}},
        {400, {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"}},
        {401, {"CUDA_ERROR_ILLEGAL_STATE", "the operation cannot be performed in the present state"}},
        {500, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
        {600, {"CUDA_ERROR_NOT_READY", "device not ready"}},
        {700, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
        {701, {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"}},
        {702, {"CUDA_ERROR_LAUNCH_TIMEOUT", "the launch timed out and was terminated"}},
        {709, {"CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"}},
        {710, {"CUDA_ERROR_ASSERT", "device-side assert triggered"}},
        {714, {"CUDA_ERROR_HARDWARE_STACK_ERROR", "hardware stack error"}},
        {715, {"CUDA_ERROR_ILLEGAL_INSTRUCTION", "an illegal instruction was encountered"}},
        {716, {"CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"}},
        {719, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
        {801, {"CUDA_ERROR_NOT_SUPPORTED", "operation not supported"}},
        {900, {"CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"}},
        {901, {"CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"}},
        {902, {"CUDA_ERROR_STREAM_CAPTURE_MERGE", "operation would result in a merge of separate capture sequences"}},
        {903, {"CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "capture was not ended in the same stream as it began"}},
        {904, {"CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work"}},
        {905, {"CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "dependency created on uncaptured work in another stream"}},
        {906, {"CUDA_ERROR_STREAM_CAPTURE_IMPLICIT",
               "operation would make the legacy stream depend on a capturing blocking stream"}},
        {907, {"CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream"}},
        {908, {"CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD",
               "attempt to terminate a thread-local capture sequence from another thread"}},
        {999, {"CUDA_ERROR_UNKNOWN", "unknown error"}},
    };
    return texts;
}

const std::map<int, long long>& attributes() {
    static const std::map<int, long long> values{
        {1, 1024},        // MAX_THREADS_PER_BLOCK
        {2, 1024},        // MAX_BLOCK_DIM_X
        {3, 1024},        // MAX_BLOCK_DIM_Y
        {4, 64},          // MAX_BLOCK_DIM_Z
        {5, 2147483647},  // MAX_GRID_DIM_X
        {6, 65535},       // MAX_GRID_DIM_Y
        {7, 65535},       // MAX_GRID_DIM_Z
        {8, 49152},       // MAX_SHARED_MEMORY_PER_BLOCK
        {9, 65536},       // TOTAL_CONSTANT_MEMORY
        {10, 32},         // WARP_SIZE
        {11, 2147483647}, // MAX_PITCH
        {12, 65536},      // MAX_REGISTERS_PER_BLOCK
        {13, 1000000},    // CLOCK_RATE, kHz
        {14, 512},        // TEXTURE_ALIGNMENT
        {15, 1},          // GPU_OVERLAP
        {17, 0},          // KERNEL_EXEC_TIMEOUT
        {18, 0},          // INTEGRATED
        {19, 1},          // CAN_MAP_HOST_MEMORY
        {20, 0},          // COMPUTE_MODE: default
        {31, 1},          // CONCURRENT_KERNELS
        {32, 0},          // ECC_ENABLED
        {33, 0},          // PCI_BUS_ID
        {34, 0},          // PCI_DEVICE_ID
        {36, 1000000},    // MEMORY_CLOCK_RATE, kHz
        {37, 256},        // GLOBAL_MEMORY_BUS_WIDTH, bits
        {38, 4 << 20},    // L2_CACHE_SIZE
        {39, 2048},       // MAX_THREADS_PER_MULTIPROCESSOR
        {40, 2},          // ASYNC_ENGINE_COUNT
        {41, 1},          // UNIFIED_ADDRESSING
        {81, 233472},     // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
        {82, 65536},      // MAX_REGISTERS_PER_MULTIPROCESSOR
        {83, 0},          // MANAGED_MEMORY
        {95, 1},          // COOPERATIVE_LAUNCH
        {97, 232448},     // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
        {106, 32},        // MAX_BLOCKS_PER_MULTIPROCESSOR
        {115, 0},         // MEMORY_POOLS_SUPPORTED
    };
    return values;
}

Result needDevice(int device) {
    if (!initialised) {
        return NOT_INITIALIZED;
    }
    return device == 0 ? SUCCESS : complain(INVALID_DEVICE, "there is only device 0");
}

/// Ends the primary context with all that is in it.
void destroyPrimary() {
    drainAll();
    destroyGraphs();
    destroyStreams();
    destroyModules();
    freeAllMemory();
    primary->alive = false;
    ended().push_back(primary);
    primary = nullptr;
    fatalError = SUCCESS;
    count("live_contexts", -1);
}

}  // namespace

Result obstacle(bool synchronises) {
    if (!initialised) {
        return complain(NOT_INITIALIZED, "a call before cuInit");
    }
    if (current == NONE) {
        return complain(INVALID_CONTEXT, "this thread has no current context");
    }
    if (!current->alive) {
        return complain(CONTEXT_IS_DESTROYED, "this thread's context is destroyed");
    }
    return synchronises || setting("late_errors") == 0 ? fatalError : SUCCESS;
}

Result fatal() {
    return fatalError;
}

void setFatal(Result code) {
    fatalError = fatalError == SUCCESS ? code : fatalError;
}

bool isFatal(Result code) {
    return (code >= ILLEGAL_ADDRESS && code <= 720 && code != LAUNCH_OUT_OF_RESOURCES
            && (code < 703 || code > 713 || code == 710))
        || code == 214;
}

void parallelFor(long long n, bool worthIt, const std::function<void(long long)>& body) {
    gabor::host::parallel(n, worthIt, [&](long long i) { body(i); });
}

}  // namespace softgpu

using namespace softgpu;

API Result cuInit(unsigned flags) {
    LOCKED;
    if (flags != 0) {
        return complain(INVALID_VALUE, "cuInit takes no flags");
    }
    if (setting("devices") == 0) {
        return NO_DEVICE;
    }
    initialised = true;
    return SUCCESS;
}

API Result cuDriverGetVersion(int* version) {
    LOCKED;
    *version = static_cast<int>(setting("driver_version"));
    return SUCCESS;
}

API Result cuDeviceGetCount(int* n) {
    LOCKED;
    *n = static_cast<int>(setting("devices"));
    return initialised ? SUCCESS : NOT_INITIALIZED;
}

API Result cuDeviceGet(int* device, int ordinal) {
    LOCKED;
    if (Result r = needDevice(ordinal)) {
        return r;
    }
    *device = ordinal;
    return SUCCESS;
}

API Result cuDeviceGetName(char* name, int bytes, int device) {
    LOCKED;
    if (Result r = needDevice(device)) {
        return r;
    }
    if (bytes < 1) {
        return INVALID_VALUE;
    }
    std::strncpy(name, "Gabor software device", static_cast<size_t>(bytes));
    name[bytes - 1] = 0;
    return SUCCESS;
}

API Result cuDeviceTotalMem_v2(size_t* bytes, int device) {
    LOCKED;
    if (Result r = needDevice(device)) {
        return r;
    }
    *bytes = static_cast<size_t>(setting("memory"));
    return SUCCESS;
}

API Result cuDeviceGetAttribute(int* value, int attribute, int device) {
    LOCKED;
    if (Result r = needDevice(device)) {
        return r;
    }
    int capability = static_cast<int>(setting("compute_capability"));
    switch (attribute) {
        case 16:
            *value = static_cast<int>(setting("multiprocessors"));
            return SUCCESS;
        case 75:
            *value = capability / 10;
            return SUCCESS;
        case 76:
            *value = capability % 10;
            return SUCCESS;
        default:
            break;
    }
    auto found = attributes().find(attribute);
    if (found == attributes().end()) {
        return complain(INVALID_VALUE, "cuDeviceGetAttribute: attribute " + std::to_string(attribute) + " is not modelled");
    }
    *value = static_cast<int>(found->second);
    return SUCCESS;
}

API Result cuDevicePrimaryCtxRetain(void** context, int device) {
    LOCKED;
    if (Result r = needDevice(device)) {
        return r;
    }
    if (primary == nullptr) {
        if (Result r = injected("context")) {
            return r;
        }
        primary = new Context();
        count("live_contexts");
    }
    primary->retained++;
    *context = primary;
    return SUCCESS;
}

API Result cuDevicePrimaryCtxRelease_v2(int device) {
    LOCKED;
    if (Result r = needDevice(device)) {
        return r;
    }
    if (primary == nullptr) {
        return complain(INVALID_CONTEXT, "cuDevicePrimaryCtxRelease: the primary context is not retained");
    }
    if (--primary->retained == 0) {
        destroyPrimary();
    }
    return SUCCESS;
}

API Result cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
    LOCKED;
    if (Result r = needDevice(device)) {
        return r;
    }
    *flags = 0;
    *active = primary != nullptr ? 1 : 0;
    return SUCCESS;
}

API Result cuCtxSetCurrent(void* context) {
    LOCKED;
    if (!initialised) {
        return NOT_INITIALIZED;
    }
    if (context != nullptr && context != primary) {
        return complain(INVALID_CONTEXT, "cuCtxSetCurrent: no such context");
    }
    current = context == nullptr ? NONE : static_cast<Context*>(context);
    return SUCCESS;
}

API Result cuCtxGetCurrent(void** context) {
    LOCKED;
    if (!initialised) {
        return NOT_INITIALIZED;
    }
    *context = current == NONE ? nullptr : current;
    return SUCCESS;
}

API Result cuCtxGetDevice(int* device) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    *device = 0;
    return SUCCESS;
}

API Result cuCtxSynchronize() {
    LOCKED;
    if (Result r = obstacle(true)) {
        return r;
    }
    if (Result r = refuseUnsafeInCapture("cuCtxSynchronize")) {
        return r;
    }
    count("synchronizations");
    return drainAll();
}

API Result cuGetErrorName(int error, const char** name) {
    auto found = errorTexts().find(error);
    *name = found == errorTexts().end() ? nullptr : found->second.name;
    return found == errorTexts().end() ? INVALID_VALUE : SUCCESS;
}

API Result cuGetErrorString(int error, const char** text) {
    auto found = errorTexts().find(error);
    *text = found == errorTexts().end() ? nullptr : found->second.description;
    return found == errorTexts().end() ? INVALID_VALUE : SUCCESS;
}
