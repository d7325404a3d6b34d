// NHWC images with mirrored borders or in another size, and the gradients.
//
// Rows and columns are treated alike and apart: along an axis output i is a sum of one or two inputs with their weights. A
// gradient gathers: an element of dx looks at the outputs that it is part of.
//
// Mirrored: y[i] = x[m(i - before)] with m(j) = -j for negative j and 2 (in - 1) - j from in on.
// Nearest: y[i] = x[floor(i in / out)].
// Bilinear: y[i] = (1 - f) x[j] + f x[min(j + 1, in - 1)] with j + f = max((i + 0.5) in / out - 0.5, 0).
#include "gabor.cuh"
#include "pack.cuh"

namespace resampling {

// One axis: `in` rows (columns) of x become `out` of y; `before` of these are mirrored ones in front.
struct Axis {
    int in;
    int out;
    int before;
};

// x is [n, rows.in, columns.in, c], y [n, rows.out, columns.out, c]; the ratios are in / out; a thread takes `width` channels.
struct Resampling {
    double row_ratio;
    double column_ratio;
    long long n;
    Axis rows;
    Axis columns;
    int c;
    int width;
};

// Reference

#ifdef GABOR_HOST
#include <cmath>
#include <vector>

enum class Kind { MIRRORED, NEAREST, BILINEAR };

// The weight of input j in output i.
static double share_of(Kind kind, const Axis& a, int i, int j) {
    if (kind == Kind::NEAREST) return static_cast<long long>(i) * a.in / a.out == j;
    if (kind == Kind::MIRRORED) {
        int from = i - a.before;
        return (from < 0 ? -from : from >= a.in ? 2 * (a.in - 1) - from : from) == j;
    }
    double at = std::max((i + 0.5) * a.in / a.out - 0.5, 0.0), first = std::floor(at), f = at - first;
    return (j == first ? 1 - f : 0) + (j == std::min(first + 1, a.in - 1.0) ? f : 0);
}

// y, or given the gradient of y as `v`, that of x.
static std::vector<double> reference(Kind kind, const Resampling& a, const std::vector<double>& v, bool gradient) {
    size_t in = static_cast<size_t>(a.n) * a.rows.in * a.columns.in * a.c;
    size_t out = static_cast<size_t>(a.n) * a.rows.out * a.columns.out * a.c;
    std::vector<double> result(gradient ? in : out);
    for (int n = 0; n < a.n; n++)
        for (int p = 0; p < a.rows.out; p++)
            for (int h = 0; h < a.rows.in; h++)
                for (int q = 0; q < a.columns.out; q++)
                    for (int w = 0; w < a.columns.in; w++) {
                        double weight = share_of(kind, a.rows, p, h) * share_of(kind, a.columns, q, w);
                        if (weight == 0) continue;
                        size_t x = ((static_cast<size_t>(n) * a.rows.in + h) * a.columns.in + w) * a.c;
                        size_t y = ((static_cast<size_t>(n) * a.rows.out + p) * a.columns.out + q) * a.c;
                        for (int c = 0; c < a.c; c++) result[(gradient ? x : y) + c] += weight * v[(gradient ? y : x) + c];
                    }
    return result;
}
#endif

// Kernels

// The inputs of an output: a of the first, and where b is not 0, b of the one after it.
struct Taps {
    int first;
    float a;
    float b;

    // The weight of input j.
    __device__ float of(int j) const { return j == first ? a : j == first + 1 ? b : 0; }
};

// Each kind says which inputs an output has, and lists the outputs that an input may be part of: output k of `candidates`, or
// -1 for none.

struct Mirrored {
    static __device__ inline Taps taps(const Axis& a, double, int i) {
        int j = abs(i - a.before);
        return {j < a.in ? j : 2 * (a.in - 1) - j, 1, 0};
    }
    static __device__ inline int candidates(const Axis&, double, int) { return 3; }
    // The image in front of the edge, the element itself, the image behind the other edge.
    static __device__ inline int output(const Axis& a, double, int j, int k) {
        if (k == 1) return a.before + j;
        int i = k == 0 ? a.before - j : a.before + 2 * (a.in - 1) - j;
        bool edge = k == 0 ? j == 0 : j == a.in - 1;
        return edge || i < 0 || i >= a.out ? -1 : i;
    }
};

struct Nearest {
    static __device__ inline Taps taps(const Axis& a, double, int i) {
        return {static_cast<int>(static_cast<long long>(i) * a.in / a.out), 1, 0};
    }
    // The first output whose input is at least j: ceil(j out / in).
    static __device__ inline int first(const Axis& a, int j) {
        return static_cast<int>((static_cast<long long>(j) * a.out + a.in - 1) / a.in);
    }
    static __device__ inline int candidates(const Axis& a, double, int j) { return first(a, j + 1) - first(a, j); }
    static __device__ inline int output(const Axis& a, double, int j, int k) { return first(a, j) + k; }
};

struct Bilinear {
    static __device__ inline Taps taps(const Axis& a, double ratio, int i) {
        double at = (i + 0.5) * ratio - 0.5;
        at = at > 0 ? at : 0;
        int j = min(static_cast<int>(at), a.in - 1);
        double f = j == a.in - 1 ? 0 : at - j;
        return {j, static_cast<float>(1 - f), static_cast<float>(f)};
    }
    // Those with j - 1 < (i + 0.5) ratio - 0.5 < j + 1, and one more on each side for the rounding.
    static __device__ inline int first(const Axis&, double ratio, int j) {
        return j == 0 ? 0 : max(0, static_cast<int>((j - 0.5) / ratio - 0.5));
    }
    static __device__ inline int candidates(const Axis& a, double ratio, int j) {
        int last = min(a.out - 1, static_cast<int>((j + 1.5) / ratio - 0.5) + 1);
        return last - first(a, ratio, j) + 1;
    }
    static __device__ inline int output(const Axis& a, double ratio, int j, int k) { return first(a, ratio, j) + k; }
};

// Threads (x, y) take V channels of a pixel and a row of pixels.
template <class F, class T, int V> static __device__ inline void forward(const T* x, T* y, const Resampling& a) {
    int groups = a.c / V, j = blockIdx.x * blockDim.x + threadIdx.x;
    if (j >= a.columns.out * groups) return;
    int q = j / groups, c = j % groups * V;
    Taps across = F::taps(a.columns, a.column_ratio, q);
    long long rows = a.n * a.rows.out, stride = static_cast<long long>(gridDim.y) * blockDim.y;
    for (long long row = static_cast<long long>(blockIdx.y) * blockDim.y + threadIdx.y; row < rows; row += stride) {
        long long n = row / a.rows.out;
        Taps down = F::taps(a.rows, a.row_ratio, static_cast<int>(row - n * a.rows.out));
        float sum[V];
        for (int v = 0; v < V; v++) sum[v] = 0;
        for (int r = 0; r < 2; r++)
            for (int s = 0; s < 2; s++) {
                float weight = (r == 0 ? down.a : down.b) * (s == 0 ? across.a : across.b);
                if (weight == 0) continue;
                Pack<T, V> tap = load<V>(x + ((n * a.rows.in + down.first + r) * a.columns.in + across.first + s) * a.c + c);
                for (int v = 0; v < V; v++) sum[v] += weight * to_float(tap.at[v]);
            }
        Pack<T, V> out;
        for (int v = 0; v < V; v++) out.at[v] = convert<T>(sum[v]);
        store(y + (row * a.columns.out + q) * a.c + c, out);
    }
}

// As forward, for the pixels of dx. The number of terms is open, so the sum is in double.
template <class F, class T, int V> static __device__ inline void gradient(const T* dy, T* dx, const Resampling& a) {
    int groups = a.c / V, j = blockIdx.x * blockDim.x + threadIdx.x;
    if (j >= a.columns.in * groups) return;
    int w = j / groups, c = j % groups * V, across = F::candidates(a.columns, a.column_ratio, w);
    long long rows = a.n * a.rows.in, stride = static_cast<long long>(gridDim.y) * blockDim.y;
    for (long long row = static_cast<long long>(blockIdx.y) * blockDim.y + threadIdx.y; row < rows; row += stride) {
        long long n = row / a.rows.in;
        int h = static_cast<int>(row - n * a.rows.in), down = F::candidates(a.rows, a.row_ratio, h);
        double sum[V];
        for (int v = 0; v < V; v++) sum[v] = 0;
        for (int k = 0; k < down; k++) {
            int p = F::output(a.rows, a.row_ratio, h, k);
            float height = p < 0 ? 0 : F::taps(a.rows, a.row_ratio, p).of(h);
            if (height == 0) continue;
            for (int l = 0; l < across; l++) {
                int q = F::output(a.columns, a.column_ratio, w, l);
                float weight = q < 0 ? 0 : height * F::taps(a.columns, a.column_ratio, q).of(w);
                if (weight == 0) continue;
                Pack<T, V> share = load<V>(dy + ((n * a.rows.out + p) * a.columns.out + q) * a.c + c);
                for (int v = 0; v < V; v++) sum[v] += weight * to_float(share.at[v]);
            }
        }
        Pack<T, V> out;
        for (int v = 0; v < V; v++) out.at[v] = convert<T>(static_cast<float>(sum[v]));
        store(dx + (row * a.columns.in + w) * a.c + c, out);
    }
}

// Launch shapes: a row of the result has columns (out, or in for a gradient) c / width threads, and there are n rows of them.
// x = min(THREADS, the least power of two that holds a row), y = THREADS / x; grid.x covers a row, grid.y the
// rows, at most 65535. width = WIDE<T> where it divides c, else 1.
[[maybe_unused]] constexpr int THREADS = 128;

#define RESAMPLE_KERNELS(kind, F, type, T)                                                                                   \
    extern "C" __global__ void resample_##kind##_##type(const T* __restrict__ x, T* __restrict__ y, Resampling a) {          \
        if (a.width == 1) forward<F, T, 1>(x, y, a);                                                                         \
        else forward<F, T, WIDE<T>>(x, y, a);                                                                                \
    }                                                                                                                        \
    REGISTER(resample_##kind##_##type)                                                                                       \
    extern "C" __global__ void resample_##kind##_gradient_##type(const T* __restrict__ dy, T* __restrict__ dx,               \
                                                                 Resampling a) {                                             \
        if (a.width == 1) gradient<F, T, 1>(dy, dx, a);                                                                      \
        else gradient<F, T, WIDE<T>>(dy, dx, a);                                                                             \
    }                                                                                                                        \
    REGISTER(resample_##kind##_gradient_##type)

RESAMPLE_KERNELS(mirrored, Mirrored, f32, float)
RESAMPLE_KERNELS(mirrored, Mirrored, bf16, bfloat16)
RESAMPLE_KERNELS(nearest, Nearest, f32, float)
RESAMPLE_KERNELS(nearest, Nearest, bf16, bfloat16)
RESAMPLE_KERNELS(bilinear, Bilinear, f32, float)
RESAMPLE_KERNELS(bilinear, Bilinear, bf16, bfloat16)

}  // namespace resampling
