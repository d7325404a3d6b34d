// What every kernel source includes first. One source serves two compilers: nvcc makes PTX of it, and g++ with GABOR_HOST
// makes functions that the software device and the kernels' own tests run on the CPU.
//
//   extern "C" __global__ void family_verb(const float* x, float* y, long long n) { ... }
//   REGISTER(family_verb)
//
// Arguments are device pointers, int, long long or float, or one POD struct by value (8-byte fields first, then 4-byte).
#pragma once

#ifdef GABOR_HOST
#include "host.h"
#else
// nvcc knows a kernel by its name alone; the host keeps a table.
#define REGISTER(name)
// The memory of a launch's sharedBytes, as an array of T.
#define DYNAMIC_SHARED(T, name)                                                                                              \
    extern __shared__ __align__(16) unsigned char gabor_dynamic_shared[];                                                    \
    T* name = reinterpret_cast<T*>(gabor_dynamic_shared)
#endif

// ---------------------------------------------------------------------------------------------------------------- bfloat16

// The upper half of a binary32. Conversions are our own on both sides, so that their bits agree.
struct bfloat16 {
    unsigned short bits;
};

static __device__ __forceinline__ float to_float(float value) {
    return value;
}

static __device__ __forceinline__ float to_float(bfloat16 value) {
    return __uint_as_float(static_cast<unsigned>(value.bits) << 16);
}

// Rounds to nearest, ties to even; a NaN stays a NaN (quiet, with its sign), beyond the range is infinity.
static __device__ __forceinline__ bfloat16 to_bfloat16(float value) {
    unsigned bits = __float_as_uint(value);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
        return bfloat16{static_cast<unsigned short>(bits >> 16 | 0x40u)};
    }
    return bfloat16{static_cast<unsigned short>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16)};
}

// Stores a float in either type: convert<T>(value).
template <typename T>
static __device__ __forceinline__ T convert(float value);

template <>
__device__ __forceinline__ float convert<float>(float value) {
    return value;
}

template <>
__device__ __forceinline__ bfloat16 convert<bfloat16>(float value) {
    return to_bfloat16(value);
}

// ---------------------------------------------------------------------------------------------------------- random numbers

// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011), word for word org.gabor.random.Philox.block.
static __device__ inline uint4 philox(unsigned key0, unsigned key1, unsigned c0, unsigned c1, unsigned c2, unsigned c3) {
    for (int round = 0; round < 10; round++) {
        unsigned long long p0 = 0xD2511F53ull * c0;
        unsigned long long p1 = 0xCD9E8D57ull * c2;
        c0 = static_cast<unsigned>(p1 >> 32) ^ c1 ^ key0;
        c2 = static_cast<unsigned>(p0 >> 32) ^ c3 ^ key1;
        c1 = static_cast<unsigned>(p1);
        c3 = static_cast<unsigned>(p0);
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return make_uint4(c0, c1, c2, c3);
}

// org.gabor.random.Stream: an endless sequence of random words with random access.
struct Stream {
    unsigned long long seed;
    unsigned stream;
    unsigned step;
    unsigned epoch;
};

// The four words 4 * counter .. 4 * counter + 3.
static __device__ __forceinline__ uint4 stream_block(const Stream& s, unsigned counter) {
    return philox(static_cast<unsigned>(s.seed), static_cast<unsigned>(s.seed >> 32), counter, s.step, s.epoch, s.stream);
}

// Word `index`: 32 uniform bits.
static __device__ inline unsigned stream_bits(const Stream& s, long long index) {
    uint4 block = stream_block(s, static_cast<unsigned>(index >> 2));
    switch (static_cast<int>(index & 3)) {
        case 0:
            return block.x;
        case 1:
            return block.y;
        case 2:
            return block.z;
        default:
            return block.w;
    }
}

// A uniform number in [0, 1) with the upper 24 of 32 bits.
static __device__ __forceinline__ float to_uniform(unsigned bits) {
    return static_cast<float>(bits >> 8) * 5.9604644775390625e-8f;
}

// A uniform number in [0, 1) with 24 bits: word `index`.
static __device__ __forceinline__ float stream_uniform(const Stream& s, long long index) {
    return to_uniform(stream_bits(s, index));
}

// A whole number in [0, bound): the upper word of word `index` times `bound`.
static __device__ __forceinline__ int stream_below(const Stream& s, long long index, int bound) {
    return static_cast<int>(static_cast<unsigned long long>(stream_bits(s, index)) * static_cast<unsigned>(bound) >> 32);
}
