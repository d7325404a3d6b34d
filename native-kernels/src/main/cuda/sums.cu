// Sums over some axes of a value, in two stages: every block of the first sums a fixed part of a few units (such as
// channels), the second adds the parts in their order. Sums are doubles; which thread adds what follows from the shapes
// alone, so results do not depend on the device.
//
// What to expect: the first stage reads every element once, some 10 instructions each, so memory is the limit where doubles
// are cheap (a quarter of the 64 a cycle of an H200's multiprocessor). On GPUs with 2 doubles a cycle they are the limit:
// two or three times the time that the memory takes.
#include "gabor.cuh"

#include "division.cuh"

namespace sums {

constexpr int AXES = 4, THREADS = 256;

enum Element { F32, BF16 };

// What is summed for a unit, and what its total becomes.
enum Kind {
    TOTAL,     // sum of x; scale times that
    MOMENTS,   // sums of x and x^2; mean and biased variance of m elements
    GRADIENT,  // sums of dy and dy x; sums of dy and of dy (x - mean) / sqrt(variance + eps)
    SQUARES,   // sum of x^2; min(1, scale / (its root + 1e-6)), which brings a norm down to scale
};

__host__ __device__ inline int rows(int kind) { return kind == MOMENTS || kind == GRADIENT ? 2 : 1; }

// A walk over some axes of a value, the innermost first.
struct Axes {
    long long count;         // turns of all
    long long stride[AXES];  // elements
    Divisor extents[AXES - 1];  // of all but the outermost
    int axes;
};

struct Parts {
    const void *x, *dy;  // dy lies as x does; it is x itself where there is none
    double* result;      // [parts][rows][units]
    long long part;      // summed elements of a part
    Axes units, summed;
    // A block is units x (THREADS / units) threads. Neighbours belong to different units if units_first, so that they read
    // side by side what lies so.
    int kind, element, units_of_block, units_first;
};

struct Totals {
    const double* sums;  // [parts][rows][units]
    const void* stats;   // [2][units], for GRADIENT only
    void* result;        // [rows][units]
    long long units;
    double m, scale, eps;
    int kind, parts, units_of_block, element;  // element: of stats and result
};

// The factors of batch normalisation that belong to a channel.
struct Factors {
    const void *stats, *gamma;  // [2][channels], [channels]
    const void* sums;           // [2][channels], or null for row 0 alone
    float* result;              // [1 or 3][channels]
    double m, eps;
    int channels, element;
};

static_assert(sizeof(Parts) == 208 && sizeof(Totals) == 72 && sizeof(Factors) == 56, "org.gabor.cuda lays them out");

__host__ __device__ inline double read(const void* x, int element, long long i) {
    return element == F32 ? ((const float*)x)[i] : to_float(((const bfloat16*)x)[i]);
}

#ifdef GABOR_HOST
// ---------------------------------------------------------------------------------------------------- reference

inline long long offset_reference(const Axes& a, long long turn) {
    long long at = 0;
    for (int k = 0; k < a.axes; k++) {
        long long extent = k + 1 < a.axes ? a.extents[k].divisor : a.count;
        at += turn % extent * a.stride[k];
        turn /= extent;
    }
    return at;
}

// What both stages make of unit u, in row 0 or 1.
inline double total_reference(const Parts& p, const Totals& t, long long u, int row) {
    long double first = 0, second = 0, mean = 0, m = p.summed.count;
    for (long long s = 0; s < p.summed.count; s++) {
        long long at = offset_reference(p.units, u) + offset_reference(p.summed, s);
        mean += read(p.x, p.element, at) / m;
    }
    for (long long s = 0; s < p.summed.count; s++) {
        long long at = offset_reference(p.units, u) + offset_reference(p.summed, s);
        long double x = read(p.x, p.element, at), dy = p.kind == GRADIENT ? read(p.dy, p.element, at) : 0;
        first += p.kind == GRADIENT ? dy : p.kind == SQUARES ? x * x : x;
        second += p.kind == MOMENTS ? (x - mean) * (x - mean)
            : p.kind == GRADIENT    ? dy * (x - read(t.stats, t.element, u))
                                    : 0;
    }
    switch (p.kind) {
        case MOMENTS: return row == 0 ? first / m : second / m;
        case GRADIENT: return row == 0 ? first : second / sqrt(read(t.stats, t.element, t.units + u) + t.eps);
        case SQUARES: return std::min(1.0L, t.scale / (sqrtl(first) + 1e-6L));
        default: return t.scale * first;
    }
}
#endif

// ---------------------------------------------------------------------------------------------------- stage one

__device__ inline long long offset(const Axes& a, long long turn) {
    long long at = 0;
#pragma unroll
    for (int k = 0; k < AXES - 1; k++) {
        if (k + 1 >= a.axes) break;
        long long q = quotient(turn, a.extents[k]);
        at += (turn - q * a.extents[k].divisor) * a.stride[k];
        turn = q;
    }
    return at + turn * a.stride[a.axes - 1];
}

template <int KIND, typename T>
__device__ inline void add(const T* x, const T* dy, double* sums) {
    // products of floats are exact doubles, so that fma has the bits of a product and a sum
    double value = to_float(*x);
    if (KIND == TOTAL) sums[0] += value;
    if (KIND == SQUARES) sums[0] = fma(value, value, sums[0]);
    if (KIND == MOMENTS) {
        sums[0] += value;
        sums[1] = fma(value, value, sums[1]);
    }
    if (KIND == GRADIENT) {
        double gradient = to_float(*dy);
        sums[0] += gradient;
        sums[1] = fma(gradient, value, sums[1]);
    }
}

// Every step-th turn of the summed axes from begin to end - 1.
template <int KIND, typename T>
__device__ inline void add(const Parts& p, long long base, long long begin, long long end, int step, double* sums) {
    const T *x = (const T*)p.x + base, *dy = (const T*)p.dy + base;
    double own[2] = {0, 0};
    if (p.summed.axes == 1) {
        long long stride = p.summed.stride[0];
#pragma unroll 8
        for (long long s = begin; s < end; s += step) add<KIND, T>(x + s * stride, dy + s * stride, own);
    } else {
#pragma unroll 1
        for (long long s = begin; s < end; s += step) {
            long long at = offset(p.summed, s);
            add<KIND, T>(x + at, dy + at, own);
        }
    }
    sums[0] = own[0];
    sums[1] = own[1];
}

template <typename T>
__device__ inline void add(const Parts& p, long long base, long long begin, long long end, int step, double* sums) {
    switch (p.kind) {
        case TOTAL: return add<TOTAL, T>(p, base, begin, end, step, sums);
        case MOMENTS: return add<MOMENTS, T>(p, base, begin, end, step, sums);
        case GRADIENT: return add<GRADIENT, T>(p, base, begin, end, step, sums);
        default: return add<SQUARES, T>(p, base, begin, end, step, sums);
    }
}

// The sums of all lanes of a unit, in lane 0: neighbours in a binary tree. shared holds [lanes][units].
__device__ inline double together(double* shared, double sum, int unit, int lane, int units, int lanes) {
    shared[lane * units + unit] = sum;
    for (int half = lanes / 2; half > 0; half /= 2) {
        __syncthreads();
        if (lane < half) shared[lane * units + unit] += shared[(lane + half) * units + unit];
    }
    __syncthreads();
    double total = shared[unit];
    __syncthreads();
    return total;
}

}  // namespace sums

// ---------------------------------------------------------------------------------------------------- kernels

// Block 256, grid (ceil(units / units of a block), parts); units of a block is a power of two up to 256.
extern "C" __global__ void __launch_bounds__(256) sums_parts(const sums::Parts p) {
    __shared__ double shared[sums::THREADS];
    int thread = threadIdx.x, units = p.units_of_block, lanes = sums::THREADS / units;
    int unit = p.units_first ? thread % units : thread / lanes, lane = p.units_first ? thread / units : thread % lanes;
    long long u = (long long)blockIdx.x * units + unit;
    long long begin = blockIdx.y * p.part, end = begin + p.part;
    if (end > p.summed.count) end = p.summed.count;
    double both[2] = {0, 0};
    if (u < p.units.count) {
        long long base = sums::offset(p.units, u);
        if (p.element == sums::F32) sums::add<float>(p, base, begin + lane, end, lanes, both);
        else sums::add<bfloat16>(p, base, begin + lane, end, lanes, both);
    }
    for (int row = 0; row < sums::rows(p.kind); row++) {
        double total = sums::together(shared, both[row], unit, lane, units, lanes);
        if (lane == 0 && u < p.units.count)
            p.result[((long long)blockIdx.y * sums::rows(p.kind) + row) * p.units.count + u] = total;
    }
}
REGISTER(sums_parts)

// Block 256, grid ceil(units / units of a block); units of a block is a power of two up to 256.
extern "C" __global__ void __launch_bounds__(256) sums_totals(const sums::Totals t) {
    __shared__ double shared[sums::THREADS];
    int units = t.units_of_block, lanes = sums::THREADS / units, unit = threadIdx.x % units, lane = threadIdx.x / units;
    long long u = (long long)blockIdx.x * units + unit;
    int rows = sums::rows(t.kind);
    double sum[2] = {0, 0};
    for (int row = 0; row < rows; row++) {
        double own = 0;
        if (u < t.units)
            for (int part = lane; part < t.parts; part += lanes) own += t.sums[((long long)part * rows + row) * t.units + u];
        sum[row] = sums::together(shared, own, unit, lane, units, lanes);
    }
    if (lane != 0 || u >= t.units) return;
    double first = t.scale * sum[0], second = 0;
    if (t.kind == sums::MOMENTS) {
        first = sum[0] / t.m;
        second = (sum[1] - sum[0] * sum[0] / t.m) / t.m;
        // rounding may bring it below 0; a NaN stays
        if (second < 0) second = 0;
    } else if (t.kind == sums::GRADIENT) {
        double mean = sums::read(t.stats, t.element, u), variance = sums::read(t.stats, t.element, t.units + u);
        first = sum[0];
        second = (sum[1] - mean * sum[0]) / sqrt(variance + t.eps);
    } else if (t.kind == sums::SQUARES) {
        first = t.scale / (sqrt(sum[0]) + 1e-6);
        if (first > 1) first = 1;
    }
    if (t.element == sums::F32) {
        ((float*)t.result)[u] = (float)first;
        if (rows == 2) ((float*)t.result)[t.units + u] = (float)second;
    } else {
        ((bfloat16*)t.result)[u] = to_bfloat16((float)first);
        if (rows == 2) ((bfloat16*)t.result)[t.units + u] = to_bfloat16((float)second);
    }
}
REGISTER(sums_totals)

// Row 0 is gamma / sqrt(variance + eps), row 1 sums[0] / m, row 2 sums[1] / (m sqrt(variance + eps)).
// Block 256, grid ceil(channels / 256).
extern "C" __global__ void __launch_bounds__(256) sums_factors(const sums::Factors f) {
    int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c >= f.channels) return;
    double inverse = 1 / sqrt(sums::read(f.stats, f.element, f.channels + c) + f.eps);
    f.result[c] = (float)(sums::read(f.gamma, f.element, c) * inverse);
    if (f.sums == nullptr) return;
    f.result[f.channels + c] = (float)(sums::read(f.sums, f.element, c) / f.m);
    f.result[2 * f.channels + c] = (float)(sums::read(f.sums, f.element, f.channels + c) / f.m * inverse);
}
REGISTER(sums_factors)
