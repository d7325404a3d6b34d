#include "shared.h"

#include <link.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "host.h"

namespace gabor::host {

namespace {

constexpr size_t ALIGNMENT = 128;
constexpr size_t FENCE_BYTES = 64;
constexpr char FENCE = 0x5A;
constexpr char POISON = static_cast<char>(0xFF);

struct ThreadLocal {
    char* start = nullptr;
    size_t initialised = 0;
    size_t bytes = 0;
};

/// The thread-local block of the module that this code is in.
int findOwn(dl_phdr_info* module, size_t, void* result) {
    auto own = reinterpret_cast<uintptr_t>(&findOwn);
    bool here = false;
    const ElfW(Phdr)* tls = nullptr;
    for (int i = 0; i < module->dlpi_phnum; i++) {
        const ElfW(Phdr)& segment = module->dlpi_phdr[i];
        uintptr_t start = module->dlpi_addr + segment.p_vaddr;
        here |= segment.p_type == PT_LOAD && own >= start && own < start + segment.p_memsz;
        tls = segment.p_type == PT_TLS ? &segment : tls;
    }
    if (!here) {
        return 0;
    }
    if (tls != nullptr) {
        *static_cast<ThreadLocal*>(result) = {static_cast<char*>(module->dlpi_tls_data), tls->p_filesz, tls->p_memsz};
    }
    return 1;
}

}  // namespace

SharedMemory::SharedMemory() {
    // A thread's block comes into being when it is first used.
    [[maybe_unused]] Position* volatile touched = position;
    ThreadLocal found;
    dl_iterate_phdr(findOwn, &found);
    if (found.start != nullptr) {
        staticStart = found.start + found.initialised;
        staticBytes = found.bytes - found.initialised;
    }
}

SharedMemory::~SharedMemory() {
    std::free(block);
}

void SharedMemory::poison(size_t bytes) {
    std::memset(staticStart, POISON, staticBytes);
    if (block == nullptr || bytes != dynamicBytes) {
        std::free(block);
        size_t rounded = (bytes + FENCE_BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        block = static_cast<char*>(std::aligned_alloc(ALIGNMENT, rounded));
        if (block == nullptr) {
            throw std::bad_alloc();
        }
        dynamicBytes = bytes;
        std::memset(block + bytes, FENCE, FENCE_BYTES);
    }
    std::memset(block, POISON, bytes);
}

bool SharedMemory::intact() const {
    for (size_t i = 0; i < FENCE_BYTES; i++) {
        if (block[dynamicBytes + i] != FENCE) {
            return false;
        }
    }
    return true;
}

}  // namespace gabor::host
