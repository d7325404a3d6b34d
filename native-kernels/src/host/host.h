// The host side of the kernel language: g++ compiles a kernel to a function, and the engine calls it once a CUDA thread.
// Only what our kernels may use is here; atomics on floats are left out on purpose (results must not depend on timing).
#pragma once

#include <math.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

struct uint3 {
    unsigned x, y, z;
};

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {
    }
};

#define GABOR_VECTOR(T, name, bytes)                                                                                         \
    struct alignas(bytes / 2) name##2 { T x, y; };                                                                           \
    struct alignas(bytes) name##4 { T x, y, z, w; };                                                                         \
    static inline name##2 make_##name##2(T x, T y) { return {x, y}; }                                                        \
    static inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
GABOR_VECTOR(float, float, 16)
GABOR_VECTOR(int, int, 16)
GABOR_VECTOR(unsigned, uint, 16)
GABOR_VECTOR(unsigned short, ushort, 8)
#undef GABOR_VECTOR

namespace gabor::host {

/// Where a CUDA thread stands: its index, its block's, and the two shapes.
struct Position {
    uint3 thread;
    uint3 block;
    dim3 blockShape;
    dim3 gridShape;
    void* dynamicShared;
};

/// The position of the CUDA thread that runs. (__thread: no initialiser to call on each access.)
extern __thread Position* position;

/// A kernel of the table: how to call it, and what it takes.
struct Kernel {
    struct Parameter {
        size_t size;
        size_t alignment;
        bool pointer;
    };

    std::string name;
    void (*call)(void* function, void** parameters);
    void* function;
    std::vector<Parameter> parameters;
};

/// A fault of a running kernel that a GPU would hang on or leave undefined: a divergent barrier, a lane outside its mask.
struct KernelFault : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The kernel of that name, or null.
const Kernel* find(const std::string& name);

/// Throws std::invalid_argument where a GPU refuses the shape of a launch.
void check(const Kernel& kernel, dim3 grid, dim3 block, size_t sharedBytes);

/// Runs a kernel to its end. Shared memory starts as NaN in every block. Throws std::invalid_argument and KernelFault.
void launch(const Kernel& kernel, dim3 grid, dim3 block, size_t sharedBytes, void** parameters);

/// Whether blocks, warps and threads run from the last to the first: a result that changes with it lacks a barrier.
void runReversed(bool reversed);

/// The same by name; no kernel of that name is a std::invalid_argument too.
void launch(const std::string& name, dim3 grid, dim3 block, size_t sharedBytes, void** parameters);

/// The same with the arguments themselves, whose number and sizes must be the kernel's.
template <typename... A>
void run(const std::string& name, dim3 grid, dim3 block, size_t sharedBytes, A... arguments) {
    const Kernel* kernel = find(name);
    std::vector<size_t> sizes{sizeof(A)...};
    bool fits = kernel != nullptr && kernel->parameters.size() == sizes.size();
    for (size_t i = 0; fits && i < sizes.size(); i++) {
        fits = kernel->parameters[i].size == sizes[i];
    }
    if (!fits) {
        throw std::invalid_argument("no kernel " + name + " with arguments of these sizes");
    }
    void* parameters[] = {static_cast<void*>(&arguments)..., nullptr};
    launch(*kernel, grid, block, sharedBytes, parameters);
}

/// Runs body(0) .. body(count - 1), on several cores where that is worth it; what a body throws first is thrown here.
void parallel(long long count, bool worthIt, void (*body)(void* context, long long i), void* context);

template <typename F>
void parallel(long long count, bool worthIt, F body) {
    parallel(count, worthIt, [](void* context, long long i) { (*static_cast<F*>(context))(i); }, &body);
}

/// What the threads of a warp do together, and what each gets of it.
enum class Exchange { SYNC, PERMUTE, BALLOT };

void barrier(int line);
uint64_t exchange(Exchange kind, unsigned mask, uint64_t value, int sourceLane, int line);
unsigned lane();
void add(Kernel kernel);

template <typename... A, size_t... I>
void callWith(void (*function)(A...), void** parameters, std::index_sequence<I...>) {
    function(*static_cast<std::remove_reference_t<A>*>(parameters[I])...);
}

template <typename... A>
bool enrol(const char* name, void (*function)(A...)) {
    static_assert((std::is_trivially_copyable_v<A> && ...), "kernel arguments are copied as bytes");
    add({name,
         [](void* f, void** parameters) {
             callWith(reinterpret_cast<void (*)(A...)>(f), parameters, std::index_sequence_for<A...>{});
         },
         reinterpret_cast<void*>(function),
         {{sizeof(A), alignof(A), std::is_pointer_v<A>}...}});
    return true;
}

/// A permutation of the warp: the value of another lane of the caller's group of `width` lanes.
template <typename T>
T permute(unsigned mask, T value, int source, int width, int line) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles move 4 or 8 bytes");
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    int base = static_cast<int>(lane()) & ~(width - 1);
    bits = exchange(Exchange::PERMUTE, mask, bits, base + (source & (width - 1)), line);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

/// The lane to read for shfl_up and shfl_down: the own one where the wanted one is outside the group.
inline int within(int wanted, int width) {
    int own = static_cast<int>(lane()) & (width - 1);
    return wanted >= 0 && wanted < width ? wanted : own;
}

inline int laneOf(int width) {
    return static_cast<int>(lane()) & (width - 1);
}

}  // namespace gabor::host

#define REGISTER(name) [[maybe_unused]] static const bool registered_##name = gabor::host::enrol(#name, name);
#define DYNAMIC_SHARED(T, name) T* name = static_cast<T*>(gabor::host::position->dynamicShared)

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __forceinline__ inline
#define __restrict__ __restrict
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
// Without an initialiser these lie in .tbss, which the engine fills with NaN before each block.
#define __shared__ static __thread

#define threadIdx (gabor::host::position->thread)
#define blockIdx (gabor::host::position->block)
#define blockDim (gabor::host::position->blockShape)
#define gridDim (gabor::host::position->gridShape)
#define warpSize 32

#define __syncthreads() gabor::host::barrier(__LINE__)
#define __syncwarp(...) gabor::host::exchange(gabor::host::Exchange::SYNC, ~0u __VA_OPT__(&(__VA_ARGS__)), 0, 0, __LINE__)
#define __threadfence() ((void) 0)
#define __threadfence_block() ((void) 0)

#define GABOR_WIDTH(width, ...) (width)
#define __shfl_sync(mask, value, source, ...)                                                                                \
    gabor::host::permute(mask, value, source, GABOR_WIDTH(__VA_ARGS__ __VA_OPT__(, ) 32), __LINE__)
#define __shfl_down_sync(mask, value, delta, ...) GABOR_SHIFT(mask, value, +(int) (delta), __VA_ARGS__ __VA_OPT__(, ) 32)
#define __shfl_up_sync(mask, value, delta, ...) GABOR_SHIFT(mask, value, -(int) (delta), __VA_ARGS__ __VA_OPT__(, ) 32)
#define __shfl_xor_sync(mask, value, flip, ...) GABOR_XOR(mask, value, flip, __VA_ARGS__ __VA_OPT__(, ) 32)
#define GABOR_SHIFT(mask, value, offset, width, ...)                                                                         \
    gabor::host::permute(mask, value, gabor::host::within(gabor::host::laneOf(width) offset, width), width, __LINE__)
#define GABOR_XOR(mask, value, flip, width, ...)                                                                             \
    gabor::host::permute(mask, value, gabor::host::within(gabor::host::laneOf(width) ^ (int) (flip), width), width, __LINE__)

#define __ballot_sync(mask, p) \
    static_cast<unsigned>(gabor::host::exchange(gabor::host::Exchange::BALLOT, mask, (p) ? 1 : 0, 0, __LINE__))
#define __any_sync(mask, p) (__ballot_sync(mask, p) != 0)
#define __all_sync(mask, p) (__ballot_sync(mask, !(p)) == 0)

// Whole numbers only: their sums and bounds are the same in every order.
#define GABOR_ATOMICS(T)                                                                                                     \
    static inline T atomicAdd(T* p, T v) { return __atomic_fetch_add(p, v, __ATOMIC_RELAXED); }                              \
    static inline T atomicExch(T* p, T v) { return __atomic_exchange_n(p, v, __ATOMIC_RELAXED); }                            \
    static inline T atomicOr(T* p, T v) { return __atomic_fetch_or(p, v, __ATOMIC_RELAXED); }                                \
    static inline T atomicCAS(T* p, T expected, T v) {                                                                       \
        __atomic_compare_exchange_n(p, &expected, v, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);                             \
        return expected;                                                                                                     \
    }                                                                                                                        \
    static inline T atomicMax(T* p, T v) {                                                                                   \
        T old = __atomic_load_n(p, __ATOMIC_RELAXED);                                                                        \
        while (old < v && !__atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {             \
        }                                                                                                                    \
        return old;                                                                                                          \
    }                                                                                                                        \
    static inline T atomicMin(T* p, T v) {                                                                                   \
        T old = __atomic_load_n(p, __ATOMIC_RELAXED);                                                                        \
        while (old > v && !__atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {             \
        }                                                                                                                    \
        return old;                                                                                                          \
    }
GABOR_ATOMICS(int)
GABOR_ATOMICS(unsigned)
GABOR_ATOMICS(unsigned long long)
#undef GABOR_ATOMICS

#define GABOR_EXTREMA(T)                                                                                                     \
    static inline T min(T a, T b) { return b < a ? b : a; }                                                                  \
    static inline T max(T a, T b) { return a < b ? b : a; }
GABOR_EXTREMA(int)
GABOR_EXTREMA(unsigned)
GABOR_EXTREMA(long long)
GABOR_EXTREMA(unsigned long long)
#undef GABOR_EXTREMA
// As in CUDA, the extremum of floats is fminf and fmaxf: a NaN gives way to a number.
static inline float min(float a, float b) {
    return fminf(a, b);
}
static inline float max(float a, float b) {
    return fmaxf(a, b);
}
static inline double min(double a, double b) {
    return fmin(a, b);
}
static inline double max(double a, double b) {
    return fmax(a, b);
}

#define GABOR_REINTERPRET(name, From, To)                                                                                    \
    static inline To name(From from) {                                                                                       \
        To to;                                                                                                               \
        std::memcpy(&to, &from, sizeof to);                                                                                  \
        return to;                                                                                                           \
    }
GABOR_REINTERPRET(__float_as_uint, float, unsigned)
GABOR_REINTERPRET(__uint_as_float, unsigned, float)
GABOR_REINTERPRET(__float_as_int, float, int)
GABOR_REINTERPRET(__int_as_float, int, float)
GABOR_REINTERPRET(__double_as_longlong, double, long long)
GABOR_REINTERPRET(__longlong_as_double, long long, double)
#undef GABOR_REINTERPRET

// Single operations, rounded to nearest and never contracted. (The host compiles with -ffp-contract=off.)
static inline float __fadd_rn(float a, float b) {
    return a + b;
}
static inline float __fsub_rn(float a, float b) {
    return a - b;
}
static inline float __fmul_rn(float a, float b) {
    return a * b;
}
static inline float __fdiv_rn(float a, float b) {
    return a / b;
}
static inline float __fsqrt_rn(float a) {
    return sqrtf(a);
}
static inline float __fmaf_rn(float a, float b, float c) {
    return fmaf(a, b, c);
}
static inline float rsqrtf(float a) {
    return 1.0f / sqrtf(a);
}
static inline unsigned __umulhi(unsigned a, unsigned b) {
    return static_cast<unsigned>(static_cast<uint64_t>(a) * b >> 32);
}
static inline int __float2int_rn(float a) {
    return static_cast<int>(nearbyintf(a));
}
static inline int __float2int_rd(float a) {
    return static_cast<int>(floorf(a));
}
static inline int __clz(int a) {
    return a == 0 ? 32 : __builtin_clz(static_cast<unsigned>(a));
}
static inline int __popc(unsigned a) {
    return __builtin_popcount(a);
}
static inline int __ffs(int a) {
    return __builtin_ffs(a);
}
template <typename T>
static inline T __ldg(const T* p) {
    return *p;
}
