// What the files of the software device share. Written from NVIDIA's documentation of the CUDA driver API.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))
/// For libcublas and libcudnn, which use the device through libcuda.
#define SHARED __attribute__((visibility("default")))

namespace softgpu {

/// CUresult, the values of the driver API's reference.
enum Result {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    INVALID_PTX = 218,
    UNSUPPORTED_PTX_VERSION = 222,
    INVALID_HANDLE = 400,
    ILLEGAL_STATE = 401,
    NOT_FOUND = 500,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    LAUNCH_OUT_OF_RESOURCES = 701,
    CONTEXT_IS_DESTROYED = 709,
    HOST_MEMORY_NOT_REGISTERED = 713,
    LAUNCH_FAILED = 719,
    NOT_SUPPORTED = 801,
    STREAM_CAPTURE_UNSUPPORTED = 900,
    STREAM_CAPTURE_INVALIDATED = 901,
    STREAM_CAPTURE_MERGE = 902,
    STREAM_CAPTURE_UNMATCHED = 903,
    STREAM_CAPTURE_UNJOINED = 904,
    STREAM_CAPTURE_ISOLATION = 905,
    STREAM_CAPTURE_IMPLICIT = 906,
    CAPTURED_EVENT = 907,
    STREAM_CAPTURE_WRONG_THREAD = 908,
};

using DevicePointer = unsigned long long;

/// One lock for the whole device; an API call holds it to its end.
SHARED std::recursive_mutex& deviceLock();
#define LOCKED std::lock_guard<std::recursive_mutex> locked(softgpu::deviceLock())

// ------------------------------------------------------------------------------------------------------------- faults.cpp

/// A setting of gabor_soft_set, or of the environment: lazy, late_errors, memory, devices, driver_version ...
SHARED long long setting(const std::string& name);

/// The code that the test wants this call of a kind (alloc, launch, copy ...) to fail with, else SUCCESS.
SHARED Result injected(const std::string& kind);

/// Adds to a counter of gabor_soft_get.
SHARED void count(const std::string& counter, long long change = 1);

/// Lets a counter be at least this.
void raise(const std::string& counter, long long value);

/// Notes why a call is refused, for gabor_soft_message, and returns the code.
SHARED Result complain(Result code, const std::string& why);

// ------------------------------------------------------------------------------------------------------------- driver.cpp

/// What stands against a call on this thread: no cuInit, no current context, or an earlier fatal error. `synchronises`
/// says that the call waits for the device, and so learns of errors even where they are reported late.
SHARED Result obstacle(bool synchronises = false);

/// The fatal error that ends all work of the context, or SUCCESS.
Result fatal();
void setFatal(Result code);
bool isFatal(Result code);

/// Runs body(0) .. body(n - 1), on several cores if that is worth it.
SHARED void parallelFor(long long n, bool worthIt, const std::function<void(long long)>& body);

// ------------------------------------------------------------------------------------------------------------- memory.cpp

/// Whether n bytes from p lie in one live allocation of device memory, or of pinned memory.
SHARED bool onDevice(DevicePointer p, size_t n);
SHARED bool onDeviceOrPinned(const void* p, size_t n);
bool pinned(const void* p, size_t n);

/// Whether p points into device memory or just behind it.
SHARED bool pointsToDevice(const void* p);

/// ILLEGAL_ADDRESS, with a message that names the operand, unless n bytes from p lie in device or pinned memory.
SHARED Result checkOperand(const char* call, const char* operand, const void* p, size_t n);

/// Looks for writes outside allocations; ILLEGAL_ADDRESS if there are any.
Result checkFences(const char* afterWhat);

/// Frees what the context leaves behind.
void freeAllMemory();

// ------------------------------------------------------------------------------------------------------------ streams.cpp

struct Capture;

/// Work that a stream or a graph runs.
struct Operation {
    std::string kind;
    std::function<Result()> run;
};

struct Stream {
    bool blocking = true;
    std::deque<Operation> queue;
    Capture* capture = nullptr;
    /// Of the capture's graph: what the next node depends on.
    std::set<size_t> tips;
};

/// A place in a stream: done when everything before it is.
struct Mark {
    Stream* stream = nullptr;
    bool done = false;
    double milliseconds = 0;
};

struct Event {
    bool timing = true;
    /// The latest record, or null before the first.
    std::shared_ptr<Mark> mark;
    /// Where the latest record was captured, and the nodes before it.
    Capture* capture = nullptr;
    std::set<size_t> tips;
};

/// The stream of a handle; null for no such stream. 0 and CU_STREAM_LEGACY are the default stream.
SHARED Stream* streamOf(void* handle);
bool isDefault(const Stream* stream);

/// Queues, captures or runs an operation.
SHARED Result submit(Stream* stream, Operation operation);

/// Runs one operation now; what it fails with is fatal.
Result execute(const Operation& operation);

/// Runs what is queued, and returns the fatal error if there is one.
Result drain(Stream* stream);
Result drainAll();
void destroyStreams();

// ------------------------------------------------------------------------------------------------------------- graphs.cpp

/// Adds a node to the capture of a stream.
Result captureNode(Stream* stream, Operation operation);

/// Refuses what no thread may do while it, or (in the global mode) another thread, captures; this spoils the capture.
Result refuseUnsafeInCapture(const char* call);

/// Refuses a call that waits for a capturing stream.
Result refuseInCapture(Stream* stream, const char* call);

/// Refuses work in the default stream while a stream that synchronises with it captures.
Result refuseImplicit(Stream* stream, const char* call);

/// An event's record on a capturing stream, and a stream's wait for an event that was captured.
Result captureRecord(Stream* stream, Event* event);
Result captureWait(Stream* stream, Event* event);

/// Refuses to query or wait for an event whose record was captured.
Result refuseCaptured(Event* event, const char* call);

/// Ends what a destroyed stream captures.
void forgetCapture(Stream* stream);
void destroyGraphs();

// ------------------------------------------------------------------------------------------------------------ modules.cpp

void destroyModules();

}  // namespace softgpu
