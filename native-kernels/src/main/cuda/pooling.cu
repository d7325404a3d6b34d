// Maxima and means over windows or bins of NHWC images, and their gradients.
//
// Along each axis output i takes some rows (columns) of the image. A window of `taps` taps takes i stride - before + t
// dilation for t = 0 ... taps - 1, as far as the image goes; a bin (taps = 0) takes floor(i size / windows) up to
// ceil((i + 1) size / windows) - 1. A mean divides by the number of rows times that of columns, with count_padding by
// those of image and padding.
//
// Gradients gather: an element of dx looks at the windows that cover it, so that nothing needs an atomic addition and
// the order of every sum is that of the windows.
#include "gabor.cuh"
#include "pack.cuh"

namespace pooling {

// The windows along one axis; taps = 0 means bins.
struct Axis {
    int size;
    int windows;
    int taps;
    int stride;
    int dilation;
    int before;
    int after;
};

// x is [n, rows.size, columns.size, c], y [n, rows.windows, columns.windows, c]; a thread takes `width` channels.
struct Windows {
    int n;
    int c;
    int width;
    Axis rows;
    Axis columns;
    int count_padding;
};

// Reference

#ifdef GABOR_HOST
#include <cmath>
#include <vector>

// Whether output i takes row (column) j, by definition.
static bool takes(const Axis& a, int i, int j) {
    if (a.taps == 0) return (long long)i * a.size / a.windows <= j && (long long)j * a.windows < (i + 1LL) * a.size;
    for (int t = 0; t < a.taps; t++)
        if (i * a.stride - a.before + t * a.dilation == j) return true;
    return false;
}

// By how much a mean divides, along one axis.
static int divisor(const Axis& a, int i, bool count_padding) {
    int count = 0;
    for (int j = count_padding ? -a.before : 0; j < a.size + (count_padding ? a.after : 0); j++) count += takes(a, i, j);
    return count;
}

// y, or given dy, dx.
static std::vector<double> reference(const Windows& a, bool mean, const std::vector<double>& x,
                                          const std::vector<double>* dy) {
    const Axis &rows = a.rows, &columns = a.columns;
    std::vector<double> result(dy ? (size_t)a.n * rows.size * columns.size * a.c
                                  : (size_t)a.n * rows.windows * columns.windows * a.c);
    for (int n = 0; n < a.n; n++)
        for (int p = 0; p < rows.windows; p++)
            for (int q = 0; q < columns.windows; q++)
                for (int c = 0; c < a.c; c++) {
                    size_t out = (((size_t)n * rows.windows + p) * columns.windows + q) * a.c + c;
                    std::vector<size_t> cells;
                    for (int h = 0; h < rows.size; h++)
                        for (int w = 0; w < columns.size; w++)
                            if (takes(rows, p, h) && takes(columns, q, w))
                                cells.push_back((((size_t)n * rows.size + h) * columns.size + w) * a.c + c);
                    if (mean) {
                        double share = 1.0 / divisor(rows, p, a.count_padding) / divisor(columns, q, a.count_padding);
                        for (size_t cell : cells) (dy ? result[cell] : result[out]) += share * (dy ? (*dy)[out] : x[cell]);
                    } else {
                        size_t best = cells[0];
                        for (size_t cell : cells)
                            if (!std::isnan(x[best]) && (std::isnan(x[cell]) || x[cell] > x[best])) best = cell;
                        if (dy) result[best] += (*dy)[out];
                        else result[out] = x[best];
                    }
                }
    return result;
}
#endif

// Kernels

// first, first + step, ... below end.
struct Span {
    int first;
    int end;
    int step;
};

static __device__ inline Span span_of(const Axis& a, int i) {
    if (a.taps == 0) {
        long long end = ((i + 1LL) * a.size + a.windows - 1) / a.windows;
        return {(int)((long long)i * a.size / a.windows), (int)end, 1};
    }
    int start = i * a.stride - a.before;
    int outside = start < 0 ? (a.dilation - 1 - start) / a.dilation : 0;
    return {start + outside * a.dilation, min(a.size, start + (a.taps - 1) * a.dilation + 1), a.dilation};
}

// By how much a mean over output i divides, along one axis.
static __device__ inline int count_of(const Axis& a, int i, int count_padding) {
    if (a.taps == 0 || !count_padding) {
        Span span = span_of(a, i);
        return span.end - span.first;
    }
    int start = i * a.stride - a.before;
    return min(start + a.taps, a.size + a.after) - start;
}

// The outputs first ... last among which are all that take row (column) j.
struct Cover {
    int first;
    int last;
};

static __device__ inline Cover cover_of(const Axis& a, int j) {
    if (a.taps == 0) {
        long long last = ((j + 1LL) * a.windows + a.size - 1) / a.size - 1;
        return {(int)((long long)j * a.windows / a.size), (int)last};
    }
    int at = j + a.before, beyond = at - (a.taps - 1) * a.dilation;
    return {beyond <= 0 ? 0 : (beyond + a.stride - 1) / a.stride, min(a.windows - 1, at / a.stride)};
}

// Whether output i, one of cover_of, takes row (column) j.
static __device__ inline bool covers(const Axis& a, int i, int j) {
    return a.taps == 0 || a.dilation == 1 || (j + a.before - i * a.stride) % a.dilation == 0;
}

// The largest so far; NaN is larger than all.
struct Largest {
    using Number = float;
    static __device__ inline float start() { return -INFINITY; }
    static __device__ inline float add(float largest, float v) { return v > largest || v != v ? v : largest; }
    static __device__ inline float finish(float largest, double) { return largest; }
};

struct Mean {
    using Number = double;
    static __device__ inline double start() { return 0; }
    static __device__ inline double add(double sum, double v) { return sum + v; }
    static __device__ inline float finish(double sum, double count) { return static_cast<float>(sum / count); }
};

// Threads (x, y) take V channels of an output pixel and a row of output pixels. Where windows are large, blockDim.z
// threads share one: thread z takes the rows z, z + blockDim.z, ... of it, and the partial results meet in shared memory.
template <class F, class T, int V> static __device__ inline void forward(const T* x, T* y, const Windows& a, double* partial) {
    int groups = a.c / V, columns = a.columns.windows * groups, rows = a.n * a.rows.windows;
    int j = blockIdx.x * blockDim.x + threadIdx.x, q = j / groups, c = j % groups * V;
    Span across = span_of(a.columns, j < columns ? q : 0);
    int stride = gridDim.y * blockDim.y, parts = blockDim.z, part = threadIdx.z;
    for (int first = blockIdx.y * blockDim.y; first < rows; first += stride) {
        int row = first + threadIdx.y;
        bool inside = j < columns && row < rows;
        int p = row % a.rows.windows, n = row / a.rows.windows;
        typename F::Number result[V];
        for (int v = 0; v < V; v++) result[v] = F::start();
        if (inside) {
            Span down = span_of(a.rows, p);
            for (int h = down.first + part * down.step; h < down.end; h += parts * down.step)
                for (int w = across.first; w < across.end; w += across.step) {
                    Pack<T, V> tap = load<V>(x + (((long long)n * a.rows.size + h) * a.columns.size + w) * a.c + c);
                    for (int v = 0; v < V; v++) result[v] = F::add(result[v], to_float(tap.at[v]));
                }
        }
        if (parts > 1) {
            int threads = blockDim.x * blockDim.y, thread = threadIdx.y * blockDim.x + threadIdx.x;
            __syncthreads();
            for (int v = 0; v < V; v++) partial[(part * V + v) * threads + thread] = result[v];
            __syncthreads();
            for (int z = 1; z < parts && part == 0; z++)
                for (int v = 0; v < V; v++)
                    result[v] = F::add(result[v], static_cast<typename F::Number>(partial[(z * V + v) * threads + thread]));
        }
        if (!inside || part > 0) continue;
        double count = (double)count_of(a.rows, p, a.count_padding) * count_of(a.columns, q, a.count_padding);
        Pack<T, V> out;
        for (int v = 0; v < V; v++) out.at[v] = convert<T>(F::finish(result[v], count));
        store(y + (long long)row * a.columns.windows * a.c + (long long)q * a.c + c, out);
    }
}

// Which of V values at (h, w) are the largest of the window, bit v for the v-th: the first NaN, or the first maximum.
template <class T, int V>
static __device__ inline unsigned wins_of(const T* image, const Windows& a, const float* value, Span down, Span across,
                                            int h, int w) {
    unsigned wins = (1u << V) - 1;
    for (int i = down.first; i < down.end && wins; i += down.step)
        for (int j = across.first; j < across.end && wins; j += across.step) {
            if (i == h && j == w) continue;
            bool earlier = i < h || (i == h && j < w);
            Pack<T, V> tap = load<V>(image + ((long long)i * a.columns.size + j) * a.c);
            for (int v = 0; v < V; v++) {
                float other = to_float(tap.at[v]), own = value[v];
                bool beaten = own != own ? earlier && other != other : earlier ? !(other < own) : !(other <= own);
                if (beaten) wins &= ~(1u << v);
            }
        }
    return wins;
}

// Threads (x, y) take V channels of a pixel of dx and a row of pixels.
template <class T, int V>
static __device__ inline void largest_gradient(const T* x, const T* dy, T* dx, const Windows& a) {
    int groups = a.c / V, j = blockIdx.x * blockDim.x + threadIdx.x;
    if (j >= a.columns.size * groups) return;
    int w = j / groups, c = j % groups * V, rows = a.n * a.rows.size, stride = gridDim.y * blockDim.y;
    Cover across = cover_of(a.columns, w);
    for (int row = blockIdx.y * blockDim.y + threadIdx.y; row < rows; row += stride) {
        int h = row % a.rows.size, n = row / a.rows.size;
        const T* image = x + (long long)n * a.rows.size * a.columns.size * a.c + c;
        const T* shares = dy + (long long)n * a.rows.windows * a.columns.windows * a.c + c;
        Pack<T, V> own = load<V>(image + ((long long)h * a.columns.size + w) * a.c);
        float value[V], sum[V];
        for (int v = 0; v < V; v++) {
            value[v] = to_float(own.at[v]);
            sum[v] = 0;
        }
        Cover down = cover_of(a.rows, h);
        for (int p = down.first; p <= down.last; p++)
            for (int q = across.first; q <= across.last; q++) {
                if (!covers(a.rows, p, h) || !covers(a.columns, q, w)) continue;
                unsigned wins = wins_of<T, V>(image, a, value, span_of(a.rows, p), span_of(a.columns, q), h, w);
                if (!wins) continue;
                Pack<T, V> share = load<V>(shares + ((long long)p * a.columns.windows + q) * a.c);
                for (int v = 0; v < V; v++)
                    if (wins & 1u << v) sum[v] += to_float(share.at[v]);
            }
        Pack<T, V> out;
        for (int v = 0; v < V; v++) out.at[v] = convert<T>(sum[v]);
        store(dx + ((long long)row * a.columns.size + w) * a.c + c, out);
    }
}

// As largest_gradient.
template <class T, int V> static __device__ inline void mean_gradient(const T* dy, T* dx, const Windows& a) {
    int groups = a.c / V, j = blockIdx.x * blockDim.x + threadIdx.x;
    if (j >= a.columns.size * groups) return;
    int w = j / groups, c = j % groups * V, rows = a.n * a.rows.size, stride = gridDim.y * blockDim.y;
    Cover across = cover_of(a.columns, w);
    for (int row = blockIdx.y * blockDim.y + threadIdx.y; row < rows; row += stride) {
        int h = row % a.rows.size, n = row / a.rows.size;
        const T* shares = dy + (long long)n * a.rows.windows * a.columns.windows * a.c + c;
        double sum[V];
        for (int v = 0; v < V; v++) sum[v] = 0;
        Cover down = cover_of(a.rows, h);
        for (int p = down.first; p <= down.last; p++) {
            int count = count_of(a.rows, p, a.count_padding);
            for (int q = across.first; q <= across.last; q++) {
                float weight = 1 / (static_cast<float>(count) * count_of(a.columns, q, a.count_padding));
                Pack<T, V> share = load<V>(shares + ((long long)p * a.columns.windows + q) * a.c);
                for (int v = 0; v < V; v++) sum[v] += weight * to_float(share.at[v]);
            }
        }
        Pack<T, V> out;
        for (int v = 0; v < V; v++) out.at[v] = convert<T>((float)sum[v]);
        store(dx + ((long long)row * a.columns.size + w) * a.c + c, out);
    }
}

// Launch shapes: with groups = c / width, a row has columns.windows groups (gradients: columns.size groups) threads and there
// are n rows.windows (n rows.size) rows. x = min(THREADS / z, the least power of two that holds a row), y = THREADS /
// z / x; grid.x covers a row, grid.y the rows, at most 65535. width = WIDE<T> where it divides c, else 1. For windows of
// LARGE rows x columns or more z = PARTS, with 8 width THREADS bytes of shared memory; else z = 1 and none.
[[maybe_unused]] constexpr int THREADS = 128;
[[maybe_unused]] constexpr int PARTS = 8;
[[maybe_unused]] constexpr int LARGE = 64;

#define POOL_KERNELS(type, T)                                                                                                \
    extern "C" __global__ void pool_max_##type(const T* __restrict__ x, T* __restrict__ y, Windows a) {                      \
        DYNAMIC_SHARED(double, partial);                                                                                     \
        if (a.width == 1) forward<Largest, T, 1>(x, y, a, partial);                                                          \
        else forward<Largest, T, WIDE<T>>(x, y, a, partial);                                                                 \
    }                                                                                                                        \
    REGISTER(pool_max_##type)                                                                                                \
    extern "C" __global__ void pool_mean_##type(const T* __restrict__ x, T* __restrict__ y, Windows a) {                     \
        DYNAMIC_SHARED(double, partial);                                                                                     \
        if (a.width == 1) forward<Mean, T, 1>(x, y, a, partial);                                                             \
        else forward<Mean, T, WIDE<T>>(x, y, a, partial);                                                                    \
    }                                                                                                                        \
    REGISTER(pool_mean_##type)                                                                                               \
    extern "C" __global__ void pool_max_gradient_##type(const T* __restrict__ x, const T* __restrict__ dy, T* __restrict__ dx,\
                                                        Windows a) {                                                         \
        if (a.width == 1) largest_gradient<T, 1>(x, dy, dx, a);                                                              \
        else largest_gradient<T, WIDE<T>>(x, dy, dx, a);                                                                     \
    }                                                                                                                        \
    REGISTER(pool_max_gradient_##type)                                                                                       \
    extern "C" __global__ void pool_mean_gradient_##type(const T* __restrict__ dy, T* __restrict__ dx, Windows a) {          \
        if (a.width == 1) mean_gradient<T, 1>(dy, dx, a);                                                                    \
        else mean_gradient<T, WIDE<T>>(dy, dx, a);                                                                           \
    }                                                                                                                        \
    REGISTER(pool_mean_gradient_##type)

POOL_KERNELS(f32, float)
POOL_KERNELS(bf16, bfloat16)

}  // namespace pooling
