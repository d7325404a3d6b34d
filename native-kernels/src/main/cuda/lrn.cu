// Local response normalisation over the channels of NHWC images, and its gradient (Krizhevsky et al. 2012).
//
// y[c] = x[c] d[c]^-beta with d[c] = k + alpha / size times the sum of x[j]^2 for j in c - size / 2 ... c + (size - 1) / 2.
// dx[c] = dy[c] d[c]^-beta - 2 alpha beta / size x[c] times the sum of dy[j] x[j] d[j]^(-beta - 1) over the j whose window
// holds c: c - (size - 1) / 2 ... c + size / 2.
#include "gabor.cuh"

namespace lrn {

// Pixels of c channels each; scale is alpha / size, slope 2 alpha beta / size.
struct Lrn {
    double k;
    double scale;
    double slope;
    long long pixels;
    int c;
    int size;
    // channels that a block takes at a time (gradient only)
    int chunk;
    float beta;
};

// Reference

#ifdef GABOR_HOST
#include <vector>

// y, or given dy, dx.
static std::vector<double> reference(const Lrn& a, double beta, const std::vector<double>& x, const std::vector<double>* dy) {
    std::vector<double> result(x.size());
    int before = a.size / 2, after = (a.size - 1) / 2;
    for (long long i = 0; i < a.pixels; i++) {
        std::vector<double> d(a.c, a.k);
        for (int c = 0; c < a.c; c++)
            for (int j = std::max(0, c - before); j <= std::min(a.c - 1, c + after); j++)
                d[c] += a.scale * x[i * a.c + j] * x[i * a.c + j];
        for (int c = 0; c < a.c; c++) result[i * a.c + c] += (dy ? (*dy)[i * a.c + c] : x[i * a.c + c]) * pow(d[c], -beta);
        for (int j = 0; dy && j < a.c; j++)
            for (int c = std::max(0, j - before); c <= std::min(a.c - 1, j + after); c++)
                result[i * a.c + c] -= a.slope * x[i * a.c + c] * (*dy)[i * a.c + j] * x[i * a.c + j] * pow(d[j], -beta - 1);
    }
    return result;
}
#endif

// Kernels

// d of channel c of the pixel x.
template <class T> static __device__ inline float divisor(const T* x, int c, const Lrn& a) {
    double sum = 0;
    int end = min(a.c, c + (a.size - 1) / 2 + 1);
    for (int j = max(0, c - a.size / 2); j < end; j++) {
        double v = to_float(x[j]);
        sum += v * v;
    }
    return static_cast<float>(a.k + a.scale * sum);
}

// Threads take an element each.
template <class T> static __device__ inline void elements(const T* x, T* y, const Lrn& a) {
    long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i >= a.pixels * a.c) return;
    // a division of 64 bits is dozens of instructions
    int c = static_cast<int>(i >> 32 ? i % a.c : static_cast<unsigned>(i) % static_cast<unsigned>(a.c));
    y[i] = convert<T>(to_float(x[i]) * powf(divisor(x + (i - c), c, a), -a.beta));
}

// Threads (x, y) take the channels of a pixel, chunk by chunk, and a pixel. What a channel keeps of dy and what it passes on
// lie in shared memory: the latter of the chunk's neighbours too, whose windows reach into it.
template <class T> static __device__ inline void pixels_gradient(const T* x, const T* dy, T* dx, const Lrn& a, float* shared) {
    int reach = min(a.c, a.chunk + a.size - 1), before = (a.size - 1) / 2, after = a.size / 2;
    float* passed = shared + threadIdx.y * (reach + a.chunk);
    float* kept = passed + reach;
    long long pixel = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
    bool inside = pixel < a.pixels;
    x += pixel * a.c;
    dy += pixel * a.c;
    dx += pixel * a.c;
    for (int first = 0; first < a.c; first += a.chunk) {
        int end = min(a.c, first + a.chunk), from = max(0, first - before), to = min(a.c, end + after);
        for (int j = from + threadIdx.x; inside && j < to; j += blockDim.x) {
            float d = divisor(x, j, a), own = to_float(dy[j]) * powf(d, -a.beta);
            if (j >= first && j < end) kept[j - first] = own;
            passed[j - from] = own * to_float(x[j]) / d;
        }
        __syncthreads();
        for (int c = first + threadIdx.x; inside && c < end; c += blockDim.x) {
            double sum = 0;
            for (int j = max(0, c - before); j < min(a.c, c + after + 1); j++) sum += passed[j - from];
            dx[c] = convert<T>(static_cast<float>(kept[c - first] - a.slope * to_float(x[c]) * sum));
        }
        __syncthreads();
    }
}

// Launch shapes. Forward: THREADS elements a block. Gradient: chunk = min(c, CHUNK); x = the least power of two that
// holds a chunk, at most THREADS; y = THREADS / x pixels, which share 4 (min(c, chunk + size - 1) + chunk) y bytes; a
// window is as large as 48 KiB allow.
[[maybe_unused]] constexpr int THREADS = 128;
[[maybe_unused]] constexpr int CHUNK = 1024;

#define LRN_KERNELS(type, T)                                                                                                 \
    extern "C" __global__ void lrn_##type(const T* __restrict__ x, T* __restrict__ y, Lrn a) {                               \
        elements<T>(x, y, a);                                                                                                \
    }                                                                                                                        \
    REGISTER(lrn_##type)                                                                                                     \
    extern "C" __global__ void lrn_gradient_##type(const T* __restrict__ x, const T* __restrict__ dy, T* __restrict__ dx,    \
                                                   Lrn a) {                                                                  \
        DYNAMIC_SHARED(float, shared);                                                                                       \
        pixels_gradient<T>(x, dy, dx, a, shared);                                                                            \
    }                                                                                                                        \
    REGISTER(lrn_gradient_##type)

LRN_KERNELS(f32, float)
LRN_KERNELS(bf16, bfloat16)

}  // namespace lrn
