// The shared memory of a block: the kernels' __shared__ arrays, which lie in the .tbss of this OS thread, and the dynamic one.
#pragma once

#include <cstddef>
#include <memory>

namespace gabor::host {

class SharedMemory {
public:
    SharedMemory();
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    ~SharedMemory();

    /// New shared memory for a block: every byte 0xFF, which is a NaN in each floating type.
    void poison(size_t bytes);

    void* dynamic() const {
        return block;
    }

    /// Whether nobody wrote just behind the dynamic shared memory.
    bool intact() const;

private:
    void* staticStart = nullptr;
    size_t staticBytes = 0;
    char* block = nullptr;
    size_t dynamicBytes = 0;
};

}  // namespace gabor::host
