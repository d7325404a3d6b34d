// Modules, functions and launches. The PTX names the kernels; what runs is the same source compiled by g++.
#include <cstring>

#include "device.h"
#include "host.h"
#include "ptx.h"

namespace softgpu {

namespace {

using gabor::host::Kernel;

constexpr int DEFAULT_SHARED_BYTES = 48 << 10;
constexpr int MOST_SHARED_BYTES = 227 << 10;

struct Module;

struct Function {
    Entry entry;
    const Kernel* kernel;
    int ptxVersion;
    int dynamicLimit;
};

struct Module {
    Ptx ptx;
    std::map<std::string, Function> functions;
};

std::set<Module*>& modules() {
    static auto* live = new std::set<Module*>();
    return *live;
}

Function* functionOf(void* handle) {
    for (Module* module : modules()) {
        for (auto& [name, function] : module->functions) {
            if (&function == handle) {
                return &function;
            }
        }
    }
    return nullptr;
}

/// The newest PTX that a driver of a CUDA release reads ("Release notes" of the PTX ISA).
int newestPtx(int driver) {
    static const std::map<int, int> ptxOfCuda{{11000, 70}, {11010, 71}, {11020, 72}, {11030, 73}, {11040, 74}, {11050, 75},
                                              {11060, 76}, {11070, 77}, {11080, 78}, {12000, 80}, {12010, 81}, {12020, 82},
                                              {12030, 83}, {12040, 84}, {12050, 85}, {12070, 86}, {12080, 87}, {12090, 88},
                                              {13000, 90}};
    auto newer = ptxOfCuda.upper_bound(driver);
    return newer == ptxOfCuda.begin() ? 60 : std::prev(newer)->second;
}

/// The log buffers among the options of cuModuleLoadDataEx, and where the number of bytes written goes.
struct Log {
    char* text = nullptr;
    void** bytes = nullptr;

    void write(const std::string& message) {
        size_t room = bytes == nullptr ? 0 : static_cast<size_t>(reinterpret_cast<uintptr_t>(*bytes));
        size_t n = 0;
        if (text != nullptr && room > 0) {
            n = std::min(room - 1, message.size());
            std::memcpy(text, message.data(), n);
            text[n] = 0;
        }
        if (bytes != nullptr) {
            *bytes = reinterpret_cast<void*>(n);
        }
    }
};

Log logOf(unsigned n, const int* options, void** values, int bufferOption) {
    Log log;
    for (unsigned i = 0; i < n; i++) {
        if (options[i] == bufferOption) {
            log.text = static_cast<char*>(values[i]);
        } else if (options[i] == bufferOption + 1) {
            log.bytes = &values[i];
        }
    }
    return log;
}

/// Whether the source that g++ compiled has the parameters that the PTX declares; they differ where the PTX is stale.
bool sameParameters(const Entry& entry, const Kernel& kernel) {
    bool same = entry.parameters.size() == kernel.parameters.size();
    for (size_t i = 0; same && i < entry.parameters.size(); i++) {
        same = entry.parameters[i] == kernel.parameters[i].size;
    }
    return same;
}

Result refuse(Log& errors, Result code, const std::string& why) {
    errors.write(why);
    return complain(code, why);
}

Result load(void** handle, const char* image, Log info, Log errors) {
    if (Result r = obstacle()) {
        return r;
    }
    if (Result r = refuseUnsafeInCapture("cuModuleLoadData")) {
        return r;
    }
    if (handle == nullptr || image == nullptr) {
        return complain(INVALID_VALUE, "cuModuleLoadData: no image");
    }
    if (Result r = injected("module")) {
        return refuse(errors, r, "the test wants this module to fail");
    }
    if (std::memcmp(image, "\x7f" "EL", 3) == 0 || (image[0] & 0x80) != 0) {
        return refuse(errors, INVALID_IMAGE, "the image is no PTX text; binaries are not modelled");
    }
    Ptx ptx;
    try {
        ptx = parsePtx(image);
    } catch (const BadPtx& bad) {
        return refuse(errors, INVALID_PTX, bad.what());
    }
    if (ptx.version > newestPtx(static_cast<int>(setting("driver_version")))) {
        return refuse(errors, UNSUPPORTED_PTX_VERSION, "ptxas fatal: unsupported .version; the driver is older");
    }
    if (ptx.target > setting("compute_capability")) {
        return refuse(errors, INVALID_PTX, "ptxas fatal: SM version specified by .target is higher than that of the device");
    }
    auto* module = new Module{ptx, {}};
    for (const Entry& entry : ptx.entries) {
        const Kernel* kernel = gabor::host::find(entry.name);
        if (kernel != nullptr && !sameParameters(entry, *kernel)) {
            delete module;
            return refuse(errors, INVALID_PTX, "the PTX of kernel " + entry.name
                          + " is not of the source that was compiled for the host");
        }
        int dynamic = DEFAULT_SHARED_BYTES - static_cast<int>(entry.sharedBytes);
        module->functions[entry.name] = {entry, kernel, ptx.version, dynamic};
    }
    info.write("");
    errors.write("");
    modules().insert(module);
    count("live_modules");
    *handle = module;
    return SUCCESS;
}

/// The arguments of a launch, copied: a graph keeps them as at its capture.
struct Arguments {
    std::vector<char> bytes;
    std::vector<size_t> offsets;

    explicit Arguments(const Kernel& kernel) {
        size_t end = 0;
        for (const Kernel::Parameter& parameter : kernel.parameters) {
            end = (end + parameter.alignment - 1) / parameter.alignment * parameter.alignment;
            offsets.push_back(end);
            end += parameter.size;
        }
        bytes.resize(end);
    }

    std::vector<void*> addresses() {
        std::vector<void*> result;
        for (size_t offset : offsets) {
            result.push_back(bytes.data() + offset);
        }
        result.push_back(nullptr);
        return result;
    }
};

Result readArguments(const Kernel& kernel, Arguments& arguments, void** parameters, void** extra) {
    if (parameters != nullptr) {
        for (size_t i = 0; i < kernel.parameters.size(); i++) {
            if (extra != nullptr || parameters[i] == nullptr) {
                return complain(INVALID_VALUE, "cuLaunchKernel " + kernel.name + ": parameter " + std::to_string(i) + " is null");
            }
            std::memcpy(arguments.bytes.data() + arguments.offsets[i], parameters[i], kernel.parameters[i].size);
        }
        return SUCCESS;
    }
    const void* buffer = nullptr;
    size_t bytes = 0;
    // Pairs of CU_LAUNCH_PARAM_BUFFER_POINTER (1) or CU_LAUNCH_PARAM_BUFFER_SIZE (2) and a value, up to CU_LAUNCH_PARAM_END (0).
    for (void** pair = extra; pair != nullptr && *pair != nullptr; pair += 2) {
        if (*pair == reinterpret_cast<void*>(1)) {
            buffer = pair[1];
        } else if (*pair == reinterpret_cast<void*>(2)) {
            bytes = *static_cast<size_t*>(pair[1]);
        }
    }
    if (arguments.bytes.empty()) {
        return SUCCESS;
    }
    if (buffer == nullptr || bytes < arguments.bytes.size()) {
        return complain(INVALID_VALUE, "cuLaunchKernel " + kernel.name + ": too few bytes of parameters");
    }
    std::memcpy(arguments.bytes.data(), buffer, arguments.bytes.size());
    return SUCCESS;
}

/// Runs a kernel. Its pointers must be null or lead to device memory or pinned memory, as it would read nothing else.
Result runKernel(const Kernel& kernel, dim3 grid, dim3 block, size_t sharedBytes, Arguments arguments) {
    std::vector<void*> addresses = arguments.addresses();
    for (size_t i = 0; i < kernel.parameters.size(); i++) {
        void* p = kernel.parameters[i].pointer ? *static_cast<void**>(addresses[i]) : nullptr;
        if (p != nullptr && !onDeviceOrPinned(p, 0)) {
            return complain(ILLEGAL_ADDRESS, "kernel " + kernel.name + ": parameter " + std::to_string(i)
                            + " is no device pointer");
        }
    }
    try {
        gabor::host::runReversed(setting("reversed") != 0);
        gabor::host::launch(kernel, grid, block, sharedBytes, addresses.data());
    } catch (const gabor::host::KernelFault& fault) {
        return complain(LAUNCH_FAILED, fault.what());
    }
    return checkFences(("kernel " + kernel.name).c_str());
}

Result launch(Function& function, dim3 grid, dim3 block, unsigned sharedBytes, Stream* stream, void** parameters, void** extra) {
    const Kernel& kernel = *function.kernel;
    try {
        gabor::host::check(kernel, grid, block, sharedBytes);
    } catch (const std::invalid_argument& bad) {
        return complain(INVALID_VALUE, bad.what());
    }
    if (static_cast<int>(sharedBytes) > function.dynamicLimit) {
        return complain(INVALID_VALUE, "cuLaunchKernel " + kernel.name
                        + ": more dynamic shared memory than its attribute allows");
    }
    if (block.x * block.y * block.z > function.entry.maxThreads) {
        return complain(LAUNCH_OUT_OF_RESOURCES, "cuLaunchKernel " + kernel.name + ": more threads than its launch bounds");
    }
    Arguments arguments(kernel);
    if (Result r = readArguments(kernel, arguments, parameters, extra)) {
        return r;
    }
    count("launches");
    Result wanted = injected("launch");
    if (wanted != SUCCESS && !isFatal(wanted)) {
        return wanted;
    }
    return submit(stream, {"launch", [&function, &kernel, grid, block, sharedBytes, arguments, wanted]() -> Result {
        if (functionOf(&function) == nullptr) {
            return complain(ILLEGAL_ADDRESS, "kernel " + kernel.name + " runs in a graph after its module was unloaded");
        }
        return wanted != SUCCESS ? wanted : runKernel(kernel, grid, block, sharedBytes, arguments);
    }});
}

}  // namespace

void destroyModules() {
    for (Module* module : modules()) {
        count("live_modules", -1);
        count("leaked");
        delete module;
    }
    modules().clear();
}

}  // namespace softgpu

using namespace softgpu;

API Result cuModuleLoadDataEx(void** module, const void* image, unsigned n, int* options, void** values) {
    LOCKED;
    constexpr int INFO_LOG_BUFFER = 3;
    constexpr int ERROR_LOG_BUFFER = 5;
    return load(module, static_cast<const char*>(image), logOf(n, options, values, INFO_LOG_BUFFER),
                logOf(n, options, values, ERROR_LOG_BUFFER));
}

API Result cuModuleLoadData(void** module, const void* image) {
    LOCKED;
    return load(module, static_cast<const char*>(image), {}, {});
}

API Result cuModuleUnload(void* handle) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    auto found = modules().find(static_cast<Module*>(handle));
    if (found == modules().end()) {
        return complain(INVALID_HANDLE, "cuModuleUnload: no such module");
    }
    drainAll();
    delete *found;
    modules().erase(found);
    count("live_modules", -1);
    return SUCCESS;
}

API Result cuModuleGetFunction(void** function, void* handle, const char* name) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    auto found = modules().find(static_cast<Module*>(handle));
    if (found == modules().end() || name == nullptr) {
        return complain(INVALID_HANDLE, "cuModuleGetFunction: no such module");
    }
    auto entry = (*found)->functions.find(name);
    if (entry == (*found)->functions.end()) {
        return complain(NOT_FOUND, std::string("the module has no kernel ") + name);
    }
    if (entry->second.kernel == nullptr) {
        return complain(NOT_FOUND, std::string("kernel ") + name + " was not compiled for the host");
    }
    *function = &entry->second;
    return SUCCESS;
}

API Result cuFuncGetAttribute(int* value, int attribute, void* handle) {
    LOCKED;
    Function* function = functionOf(handle);
    if (function == nullptr) {
        return complain(INVALID_HANDLE, "cuFuncGetAttribute: no such function");
    }
    switch (attribute) {
        case 0:  // MAX_THREADS_PER_BLOCK
            *value = static_cast<int>(function->entry.maxThreads);
            return SUCCESS;
        case 1:  // SHARED_SIZE_BYTES
            *value = static_cast<int>(function->entry.sharedBytes);
            return SUCCESS;
        case 2:  // CONST_SIZE_BYTES
        case 3:  // LOCAL_SIZE_BYTES
        case 7:  // CACHE_MODE_CA
            *value = 0;
            return SUCCESS;
        case 4:  // NUM_REGS
            *value = 32;
            return SUCCESS;
        case 5:  // PTX_VERSION
            *value = function->ptxVersion;
            return SUCCESS;
        case 6:  // BINARY_VERSION
            *value = static_cast<int>(setting("compute_capability"));
            return SUCCESS;
        case 8:  // MAX_DYNAMIC_SHARED_SIZE_BYTES
            *value = function->dynamicLimit;
            return SUCCESS;
        default:
            return complain(INVALID_VALUE, "cuFuncGetAttribute: attribute " + std::to_string(attribute) + " is not modelled");
    }
}

API Result cuFuncSetAttribute(void* handle, int attribute, int value) {
    LOCKED;
    constexpr int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;
    constexpr int PREFERRED_SHARED_MEMORY_CARVEOUT = 9;
    Function* function = functionOf(handle);
    if (function == nullptr) {
        return complain(INVALID_HANDLE, "cuFuncSetAttribute: no such function");
    }
    if (attribute == PREFERRED_SHARED_MEMORY_CARVEOUT && value >= -1 && value <= 100) {
        return SUCCESS;
    }
    long long sharedBytes = value + static_cast<long long>(function->entry.sharedBytes);
    if (attribute != MAX_DYNAMIC_SHARED_SIZE_BYTES || value < 0 || sharedBytes > MOST_SHARED_BYTES) {
        return complain(INVALID_VALUE, "cuFuncSetAttribute: an attribute that cannot be set, or too large a value");
    }
    function->dynamicLimit = value;
    return SUCCESS;
}

API Result cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void* handle, int threads, size_t sharedBytes) {
    LOCKED;
    Function* function = functionOf(handle);
    if (function == nullptr || threads < 1) {
        return complain(INVALID_VALUE, "cuOccupancyMaxActiveBlocksPerMultiprocessor: no such function, or no threads");
    }
    // The limits of a multiprocessor: 2048 threads in whole warps, 32 blocks, 228 KB of shared memory with 1 KB a block for
    // the system.
    size_t byThreads = 2048 / ((static_cast<size_t>(threads) + 31) / 32 * 32);
    size_t byShared = (228u << 10) / (function->entry.sharedBytes + sharedBytes + 1024);
    bool fits = threads <= static_cast<int>(function->entry.maxThreads);
    *blocks = fits ? static_cast<int>(std::min({byThreads, byShared, size_t{32}})) : 0;
    return SUCCESS;
}

API Result cuLaunchKernel(void* handle, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                          unsigned blockZ, unsigned sharedBytes, void* streamHandle, void** parameters, void** extra) {
    LOCKED;
    if (Result r = obstacle()) {
        return r;
    }
    Function* function = functionOf(handle);
    Stream* stream = streamOf(streamHandle);
    if (function == nullptr || stream == nullptr) {
        return complain(INVALID_HANDLE, "cuLaunchKernel: no such function or stream");
    }
    if (Result r = refuseImplicit(stream, "cuLaunchKernel")) {
        return r;
    }
    return launch(*function, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes, stream, parameters, extra);
}
