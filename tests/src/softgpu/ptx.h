// What a module's PTX text says of itself: enough to refuse a bad one and to find its kernels.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace softgpu {

struct Entry {
    std::string name;
    /// Bytes of each parameter.
    std::vector<size_t> parameters;
    /// Threads of the largest block, from .maxntid.
    unsigned maxThreads = 1024;
    /// Bytes of static shared memory.
    size_t sharedBytes = 0;
};

struct Ptx {
    /// 70 for .version 7.0.
    int version = 0;
    /// 75 for .target sm_75.
    int target = 0;
    std::vector<Entry> entries;
};

/// Text that is no PTX.
struct BadPtx : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Reads PTX text; throws BadPtx.
Ptx parsePtx(const char* text);

}  // namespace softgpu
