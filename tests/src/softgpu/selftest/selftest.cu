// Kernels of the device's own tests.
#include "gabor.cuh"

extern "C" __global__ void __launch_bounds__(256) selftest_scale(const float* x, float* y, float factor, long long n) {
    long long i = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x;
    if (i < n) {
        y[i] = factor * x[i];
    }
}
REGISTER(selftest_scale)

// The sum of each row: shuffles in a warp, static shared memory between warps.
extern "C" __global__ void selftest_row_sum(const float* x, float* sums, int columns) {
    __shared__ float partial[32];
    float sum = 0;
    for (int i = threadIdx.x; i < columns; i += blockDim.x) {
        sum += x[static_cast<long long>(blockIdx.x) * columns + i];
    }
    for (int d = 16; d > 0; d >>= 1) {
        sum += __shfl_down_sync(0xFFFFFFFFu, sum, d);
    }
    if (threadIdx.x % 32 == 0) {
        partial[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        float total = 0;
        for (unsigned w = 0; w < blockDim.x / 32; w++) {
            total += partial[w];
        }
        sums[blockIdx.x] = total;
    }
}
REGISTER(selftest_row_sum)

// Reverses a block through dynamic shared memory.
extern "C" __global__ void selftest_reverse(int* x) {
    DYNAMIC_SHARED(int, shared);
    shared[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    x[threadIdx.x] = shared[blockDim.x - 1 - threadIdx.x];
}
REGISTER(selftest_reverse)

// Lacks a barrier between the writes and the reads of the neighbour.
extern "C" __global__ void selftest_unordered(float* y) {
    __shared__ float shared[256];
    shared[threadIdx.x] = 1;
    y[threadIdx.x] = threadIdx.x > 0 ? shared[threadIdx.x - 1] : 1;
}
REGISTER(selftest_unordered)

// Reads shared memory that nobody has written, unless `write` is set.
extern "C" __global__ void selftest_unwritten(float* y, int write) {
    __shared__ float never[4];
    DYNAMIC_SHARED(float, dynamic);
    if (write != 0) {
        never[1] = 1;
    }
    y[0] = never[1];
    y[1] = dynamic[1];
}
REGISTER(selftest_unwritten)

extern "C" __global__ void selftest_diverge(float* y, unsigned waiting) {
    if (threadIdx.x < waiting) {
        __syncthreads();
    }
    y[threadIdx.x] = 1;
}
REGISTER(selftest_diverge)

extern "C" __global__ void selftest_two_barriers(float* y) {
    if (threadIdx.x < 32) {
        __syncthreads();
    } else {
        __syncthreads();
    }
    y[threadIdx.x] = 1;
}
REGISTER(selftest_two_barriers)

// A quarter of a warp exchanges; lane 3 asks for a lane that is not there.
extern "C" __global__ void selftest_part_of_warp(int* y) {
    if (threadIdx.x < 8) {
        y[threadIdx.x] = __shfl_sync(0xFFu, static_cast<int>(threadIdx.x) * 10, threadIdx.x == 3 ? 20 : 7 - threadIdx.x);
    }
}
REGISTER(selftest_part_of_warp)

extern "C" __global__ void selftest_votes(unsigned* y) {
    unsigned odd = __ballot_sync(0xFFFFFFFFu, threadIdx.x & 1);
    y[threadIdx.x] = odd + (__any_sync(0xFFFFFFFFu, threadIdx.x == 31) ? 1 : 0)
        + (__all_sync(0xFFFFFFFFu, threadIdx.x < 31) ? 2 : 0);
}
REGISTER(selftest_votes)

// Writes one element behind its n.
extern "C" __global__ void selftest_overrun(float* y, int n) {
    y[n] = 1;
}
REGISTER(selftest_overrun)

struct SelftestWords {
    Stream stream;
    unsigned* words;
    int n;
};

extern "C" __global__ void selftest_words(SelftestWords a) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < a.n) {
        a.words[i] = stream_bits(a.stream, i);
    }
}
REGISTER(selftest_words)

extern "C" __global__ void selftest_bfloat16(const float* x, bfloat16* y, float* back, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        y[i] = to_bfloat16(x[i]);
        back[i] = to_float(y[i]);
    }
}
REGISTER(selftest_bfloat16)
