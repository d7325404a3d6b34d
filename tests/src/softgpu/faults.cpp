// What tests steer and read: settings, injected faults, counters. Each setting may also come from the environment.
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "device.h"

namespace softgpu {

namespace {

struct Fault {
    long long countdown;
    Result code;
};

struct Controls {
    std::map<std::string, long long> settings;
    std::map<std::string, Fault> faults;
    std::map<std::string, long long> counters;
    std::string message;
};

const std::map<std::string, long long>& defaults() {
    static const std::map<std::string, long long> values{
        {"lazy", 0},                // 1: a stream runs nothing until something waits for it
        {"reversed", 0},            // 1: kernels run their blocks and threads from the last to the first
        {"late_errors", 0},         // 1: only calls that synchronise report a fatal error
        {"log", 0},                 // 1: refusals are printed to stderr
        {"memory", 2ll << 30},      // bytes of the device
        {"devices", 1},             // 0: a driver without a GPU
        {"driver_version", 12060},  // cuDriverGetVersion
        {"compute_capability", 90},
        {"cublas_version", 120601},
        {"cudnn_version", 90501},
        {"cudnn_nhwc", 1},          // 0: no algorithm takes filters in NHWC
        {"multiprocessors", 4},
    };
    return values;
}

long long fromEnvironment(const std::string& name, long long otherwise) {
    std::string variable = "GABOR_SOFT_";
    for (char c : name) {
        variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    const char* value = std::getenv(variable.c_str());
    return value == nullptr ? otherwise : std::atoll(value);
}

/// GABOR_SOFT_FAIL=kind:k:code,kind:k:code
std::map<std::string, Fault> faultsFromEnvironment() {
    std::map<std::string, Fault> faults;
    const char* list = std::getenv("GABOR_SOFT_FAIL");
    char kind[32];
    long long k;
    int code;
    int length;
    while (list != nullptr && std::sscanf(list, "%31[a-z_]:%lld:%d%n", kind, &k, &code, &length) == 3) {
        faults[kind] = {k, static_cast<Result>(code)};
        list += length;
        list += *list == ',' ? 1 : 0;
    }
    return faults;
}

Controls fresh() {
    Controls controls;
    for (const auto& [name, value] : defaults()) {
        controls.settings[name] = fromEnvironment(name, value);
    }
    controls.faults = faultsFromEnvironment();
    return controls;
}

Controls& controls() {
    static auto* one = new Controls(fresh());
    return *one;
}

bool isLive(const std::string& counter) {
    return counter.rfind("live_", 0) == 0;
}

}  // namespace

std::recursive_mutex& deviceLock() {
    static auto* lock = new std::recursive_mutex();
    return *lock;
}

long long setting(const std::string& name) {
    return controls().settings.at(name);
}

Result injected(const std::string& kind) {
    auto fault = controls().faults.find(kind);
    if (fault == controls().faults.end() || --fault->second.countdown != 0) {
        return SUCCESS;
    }
    Result code = fault->second.code;
    controls().faults.erase(fault);
    return complain(code, "the test wants this " + kind + " to fail");
}

void count(const std::string& counter, long long change) {
    controls().counters[counter] += change;
}

void raise(const std::string& counter, long long value) {
    long long& current = controls().counters[counter];
    current = std::max(current, value);
}

Result complain(Result code, const std::string& why) {
    controls().message = why;
    if (setting("log") != 0) {
        std::fprintf(stderr, "software device: %d: %s\n", code, why.c_str());
    }
    return code;
}

}  // namespace softgpu

using namespace softgpu;

/// Changes a setting; 0, or -1 for no such setting.
API int gabor_soft_set(const char* name, long long value) {
    LOCKED;
    auto found = controls().settings.find(name);
    if (found == controls().settings.end()) {
        return -1;
    }
    found->second = value;
    return 0;
}

/// Lets the k-th call of a kind from now on (1 is the next) fail with a CUresult; one fault a kind, k = 0 takes it back.
/// Kinds: alloc, pinned, copy, memset, launch, graph_launch, capture_node, instantiate, module, stream, event, blas, dnn.
API void gabor_soft_fail(const char* kind, long long k, int code) {
    LOCKED;
    controls().faults.erase(kind);
    if (k > 0) {
        controls().faults[kind] = {k, static_cast<Result>(code)};
    }
}

/// A counter (live_allocations, live_bytes, live_pinned, live_modules, live_streams, live_events, live_graphs, live_execs,
/// live_blas_handles, live_dnn_handles, live_descriptors, leaked, launches, graph_launches, blas_calls, dnn_calls, copies,
/// allocations, peak_bytes ...) or a setting; 0 for what never happened.
API long long gabor_soft_get(const char* name) {
    LOCKED;
    auto found = controls().settings.find(name);
    if (found != controls().settings.end()) {
        return found->second;
    }
    auto counter = controls().counters.find(name);
    return counter == controls().counters.end() ? 0 : counter->second;
}

/// The settings and faults as at the start, and all counters but the live ones at 0.
API void gabor_soft_reset() {
    LOCKED;
    Controls before = controls();
    controls() = fresh();
    for (const auto& [name, value] : before.counters) {
        if (isLive(name)) {
            controls().counters[name] = value;
        }
    }
}

/// Why the latest refused call was refused: copies at most `bytes` of it with a trailing 0, and returns its length.
API size_t gabor_soft_message(char* text, size_t bytes) {
    LOCKED;
    const std::string& message = controls().message;
    if (bytes > 0) {
        size_t n = std::min(bytes - 1, message.size());
        std::memcpy(text, message.data(), n);
        text[n] = 0;
    }
    return message.size();
}

/// All counters as lines "name value".
API size_t gabor_soft_counters(char* text, size_t bytes) {
    LOCKED;
    std::string all;
    for (const auto& [name, value] : controls().counters) {
        all += name + " " + std::to_string(value) + "\n";
    }
    if (bytes > 0) {
        size_t n = std::min(bytes - 1, all.size());
        std::memcpy(text, all.data(), n);
        text[n] = 0;
    }
    return all.size();
}
