// Chains of elementwise operations: one pass over memory, whatever the chain.
//
// PTX is compiled before the chain is known, so a chain is a program for a machine with one accumulator, which every
// thread runs on eight neighbouring elements. A program is the same for all threads of a launch: its branches never
// diverge, and its instructions come from constant memory.
//
// What to expect: a multiprocessor of an H200 moves about 19 bytes a cycle and issues 128 instructions of threads, so memory
// is the limit up to about 6 instructions a byte. By count of the source, batch norm + add + ReLU takes some 40 to 45 an
// element: 4 a byte of floats, 7 of bfloat16, where it should stay some tenths below the bandwidth. Functions that go in
// turn (tanh, erf) take 20 to 30 instructions an element more, the words of a dropout about 80 for four elements, and four
// times that where four neighbours are channels of an image.
#include "gabor.cuh"

#include "division.cuh"

namespace pointwise {

constexpr int OPERANDS = 32, INSTRUCTIONS = 96, REGISTERS = 16, AXES = 4, DRAWS = 4;

// What an operand holds.
enum Element { F32, BF16, U8 };

// How an operand follows the elements of the chain.
enum Spread {
    FULL,    // element i of the chain is its element i
    ROW,     // element i is that of its place along the innermost axis: a number a channel
    WIDE,    // by strides; the elements of a vector lie side by side
    SINGLE,  // by strides; one element serves a whole vector
};

// Where the second argument of an instruction comes from.
enum Source { NONE, OPERAND, REGISTER, NUMBER };

// acc is the accumulator, s the second argument, a and b the numbers of the instruction. Of a slope, acc is what the
// derivative is written in terms of (see org.gabor.graph.Activation), s is dy.
enum Op {
    LOAD,   // acc = s
    STORE,  // operand[index] = acc
    KEEP,   // register[index] = acc
    ADD, SUB, MUL, MIN, MAX,  // acc = acc op s
    DROP,   // acc = draw index keeps the element ? a acc : 0
    RELU, TANH, SIGMOID, LEAKY_RELU, RELU6, ELU, HARD_SIGMOID, HARD_SWISH, SILU, GELU, GELU_TANH, AFFINE, RECIPROCAL,
    RELU_SLOPE, TANH_SLOPE, SIGMOID_SLOPE, LEAKY_RELU_SLOPE, RELU6_SLOPE, ELU_SLOPE, HARD_SIGMOID_SLOPE,
    HARD_SWISH_SLOPE, SILU_SLOPE, GELU_SLOPE, GELU_TANH_SLOPE, AFFINE_SLOPE, RECIPROCAL_SLOPE,
};

struct Operand {
    void* address;
    long long stride[AXES];  // elements from vector to vector along each axis, the innermost first
    int element, spread;
};

struct Instruction {
    unsigned char op, source, swapped, index;  // swapped: acc and s change places first
    float a, b;
};

// A dropout: key and counter of its random words, and the word below which an element is dropped.
struct Draw {
    const int *seed, *step, *epoch;
    unsigned threshold;
    int stream;
};

struct Chain {
    const int* guard;    // nothing is done if it points to a number that is not 0
    long long elements;
    Operand operands[OPERANDS];
    Draw draws[DRAWS];
    // extents of the axes but the outermost, the innermost first, in vectors along the innermost
    Divisor extents[AXES - 1];
    // an image of elements [pixels][channels] is drawn for in the order [channels][pixels]
    Divisor channels, image;
    int axes, instructions;
    Instruction code[INSTRUCTIONS];
};

static_assert(sizeof(Chain) == 2904, "org.gabor.cuda.Program lays it out, and an argument block has 4 KiB");

#ifdef GABOR_HOST
// ---------------------------------------------------------------------------------------------------- reference

inline double read(const Operand& o, long long i) {
    if (o.element == F32) return ((const float*)o.address)[i];
    return o.element == U8 ? ((const unsigned char*)o.address)[i] : to_float(((const bfloat16*)o.address)[i]);
}

inline double normal(double x) { return 0.5 * erfc(-x / sqrt(2.0)); }

inline double gate(double x) { return 0.5 * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }

inline double value_reference(int op, double x, double a, double b) {
    switch (op) {
        case RELU: return x < 0 ? 0 : x;
        case TANH: return tanh(x);
        case SIGMOID: return 1 / (1 + exp(-x));
        case LEAKY_RELU: return x > 0 ? x : a * x;
        case RELU6: return x < 0 ? 0 : x > 6 ? 6 : x;
        case ELU: return x > 0 ? x : a * expm1(x);
        case HARD_SIGMOID: return x < -3 ? 0 : x > 3 ? 1 : (x + 3) / 6;
        case HARD_SWISH: return x * (x < -3 ? 0 : x > 3 ? 1 : (x + 3) / 6);
        case SILU: return x / (1 + exp(-x));
        case GELU: return x * normal(x);
        case GELU_TANH: return x * gate(x);
        case AFFINE: return a * x + b;
        default: return 1 / x;
    }
}

inline double slope_reference(int op, double v, double a) {
    double s = 1 / (1 + exp(-v)), g = gate(v);
    switch (op) {
        case RELU_SLOPE: return v > 0;
        case TANH_SLOPE: return 1 - v * v;
        case SIGMOID_SLOPE: return v * (1 - v);
        case LEAKY_RELU_SLOPE: return v > 0 ? 1 : a;
        case RELU6_SLOPE: return v > 0 && v < 6;
        case ELU_SLOPE: return v > 0 ? 1 : v + a;
        case HARD_SIGMOID_SLOPE: return v > 0 && v < 1 ? 1.0 / 6 : 0;
        case HARD_SWISH_SLOPE: return v <= -3 ? 0 : v >= 3 ? 1 : (2 * v + 3) / 6;
        case SILU_SLOPE: return s * (1 + v * (1 - s));
        case GELU_SLOPE: return normal(v) + v * exp(-v * v / 2) / sqrt(2 * M_PI);
        case GELU_TANH_SLOPE: return g + 2 * v * g * (1 - g) * sqrt(2 / M_PI) * (1 + 0.134145 * v * v);
        case AFFINE_SLOPE: return a;
        default: return -v * v;
    }
}
#endif

// ---------------------------------------------------------------------------------------------------- functions

// Comparisons that are false for NaN let it through, which fmaxf and fminf do not.
__device__ inline float above(float x, float low) { return x <= low ? low : x; }

__device__ inline float below(float x, float high) { return x >= high ? high : x; }

__device__ inline float sigmoid(float x) { return 1.f / (1.f + expf(-x)); }

__device__ inline float hard_sigmoid(float x) { return below(above(x + 3.f, 0.f), 6.f) / 6.f; }

// Phi(x) from erf, whose error is relative to erf: erfc's is relative to a number near 1 for small x.
__device__ inline float normal_distribution(float x) { return 0.5f * (1.f + erff(0.70710678f * x)); }

__device__ inline float gelu_tanh(float x) { return tanhf(0.79788456f * (x + 0.044715f * x * x * x)); }

__device__ inline float silu_slope(float x) {
    float s = sigmoid(x);
    return s * (1.f + x * (1.f - s));
}

__device__ inline float gelu_slope(float x) {
    return normal_distribution(x) + x * (expf(-0.5f * x * x) * 0.39894228f);
}

// Beyond 20 t is 1 or -1, and x^2 must not become infinite, for infinity times 0 is NaN.
__device__ inline float gelu_tanh_slope(float x) {
    float t = gelu_tanh(x), y = below(above(x, -20.f), 20.f);
    return 0.5f * (1.f + t) + 0.5f * y * (1.f - t * t) * (0.79788456f * (1.f + 0.134145f * y * y));
}

// ---------------------------------------------------------------------------------------------------- memory

template <typename T, int V>
struct alignas(sizeof(T) * V < 16 ? sizeof(T) * V : 16) Lanes {
    T lane[V];
};

template <typename T>
__device__ inline float number(T x) { return to_float(x); }
template <>
__device__ inline float number(unsigned char x) { return (float)x; }

// V elements side by side, or the first count of them.
template <int V, typename T>
__device__ inline void load_wide(float* to, const T* from, int count) {
    if (count == V) {
        Lanes<T, V> x = *(const Lanes<T, V>*)from;
#pragma unroll
        for (int v = 0; v < V; v++) to[v] = number(x.lane[v]);
    } else {
#pragma unroll
        for (int v = 0; v < V; v++) to[v] = v < count ? number(from[v]) : 0.f;
    }
}

template <int V, typename T>
__device__ inline void load(float* to, const Operand& o, long long at, int count) {
    const T* from = (const T*)o.address + at;
    if (o.spread != SINGLE) return load_wide<V>(to, from, count);
    float x = count > 0 ? number(*from) : 0.f;
#pragma unroll
    for (int v = 0; v < V; v++) to[v] = x;
}

template <int V, typename T>
__device__ inline void store(const float* from, const Operand& o, long long at, int count) {
    T* to = (T*)o.address + at;
    if (count == V) {
        Lanes<T, V> y;
#pragma unroll
        for (int v = 0; v < V; v++) y.lane[v] = convert<T>(from[v]);
        *(Lanes<T, V>*)to = y;
    } else {
#pragma unroll
        for (int v = 0; v < V; v++)
            if (v < count) to[v] = convert<T>(from[v]);
    }
}

// ---------------------------------------------------------------------------------------------------- machine

// One vector of a thread: its number, its coordinates, and how many of its elements there are.
struct Place {
    long long vector;
    unsigned coordinate[AXES];
    int count;
};

template <int V>
__device__ inline Place place(const Chain& c, long long vector) {
    Place p;
    p.vector = vector;
    long long left = c.elements - vector * V;
    p.count = left >= V ? V : left > 0 ? (int)left : 0;
    long long rest = vector;
#pragma unroll
    for (int k = 0; k < AXES - 1; k++) {
        p.coordinate[k] = 0;
        if (k + 1 < c.axes) {
            long long q = quotient(rest, c.extents[k]);
            p.coordinate[k] = (unsigned)(rest - q * c.extents[k].divisor);
            rest = q;
        } else if (k + 1 == c.axes) {
            p.coordinate[k] = (unsigned)rest;
        }
    }
    p.coordinate[AXES - 1] = c.axes == AXES ? (unsigned)rest : 0;
    return p;
}

template <int V>
__device__ inline long long offset(const Operand& o, const Place& p) {
    if (o.spread == FULL) return p.vector * V;
    if (o.spread == ROW) return (long long)p.coordinate[0] * V;
    long long at = 0;
#pragma unroll
    for (int k = 0; k < AXES; k++) at += o.stride[k] * p.coordinate[k];
    return at;
}

template <int V>
__device__ inline void fetch(float* to, const Operand& o, const Place& p) {
    long long at = offset<V>(o, p);
    if (o.element == F32) load<V, float>(to, o, at, p.count);
    else if (o.element == BF16) load<V, bfloat16>(to, o, at, p.count);
    else load<V, unsigned char>(to, o, at, p.count);
}

// The number of an element in the order of draws.
__device__ inline long long drawn(const Chain& c, long long element) {
    if (c.channels.divisor == 1) return element;
    long long image = quotient(element, c.image), within = element - image * c.image.divisor;
    long long pixel = quotient(within, c.channels), channel = within - pixel * c.channels.divisor;
    return element - within + channel * (c.image.divisor / c.channels.divisor) + pixel;
}

// Words of a stream that belong together: elements that follow each other in the order of draws share a block of four.
struct Words {
    long long block;
    uint4 words;
};

__device__ inline bool keeps(const Draw& d, long long element, Words& w) {
    if (element >> 2 != w.block) {
        w.block = element >> 2;
        w.words = philox(d.seed[0], d.seed[1], (unsigned)w.block, d.step[0], d.epoch[0], d.stream);
    }
    int place = (int)element & 3;
    unsigned word = place == 0 ? w.words.x : place == 1 ? w.words.y : place == 2 ? w.words.z : w.words.w;
    return word >= d.threshold;
}

// acc = value of x = acc and s, element by element.
#define EACH(value)                          \
    {                                        \
        _Pragma("unroll")                    \
        for (int e = 0; e < E; e++) {        \
            float x = acc[e], s = second[e]; \
            (void)x, (void)s;                \
            acc[e] = value;                  \
        }                                    \
        break;                               \
    }

// The same for functions so long that their code is written once: a loop takes the elements from local memory.
#define EACH_IN_TURN(value)                                            \
    {                                                                  \
        _Pragma("unroll")                                              \
        for (int e = 0; e < E; e++) xs[e] = acc[e], ss[e] = second[e]; \
        _Pragma("unroll 1")                                            \
        for (int e = 0; e < E; e++) {                                  \
            float x = xs[e], s = ss[e];                                \
            (void)x, (void)s;                                          \
            xs[e] = value;                                             \
        }                                                              \
        _Pragma("unroll")                                              \
        for (int e = 0; e < E; e++) acc[e] = xs[e];                    \
        break;                                                         \
    }

// U vectors of V elements a thread.
template <int V, int U>
__device__ inline void run(const Chain& c) {
    constexpr int E = U * V;
    if (c.guard != nullptr && *c.guard != 0) return;
    long long first = (long long)blockIdx.x * (U * blockDim.x) + threadIdx.x;
    if (first * V >= c.elements) return;
    Place at[U];
    float acc[E], second[E], kept[REGISTERS][E], xs[E], ss[E];
#pragma unroll
    for (int u = 0; u < U; u++) at[u] = place<V>(c, first + u * blockDim.x);
#pragma unroll
    for (int e = 0; e < E; e++) acc[e] = second[e] = 0.f;
    for (int k = 0; k < c.instructions; k++) {
        int op = c.code[k].op, source = c.code[k].source, index = c.code[k].index;
        float a = c.code[k].a, b = c.code[k].b;
        if (source == OPERAND) {
#pragma unroll
            for (int u = 0; u < U; u++) fetch<V>(second + u * V, c.operands[index], at[u]);
        } else if (source != NONE) {
#pragma unroll
            for (int e = 0; e < E; e++) second[e] = source == NUMBER ? a : kept[index][e];
        }
        if (c.code[k].swapped) {
#pragma unroll
            for (int e = 0; e < E; e++) {
                float x = acc[e];
                acc[e] = second[e];
                second[e] = x;
            }
        }
        switch (op) {
            case STORE: {
                const Operand& o = c.operands[index];
#pragma unroll
                for (int u = 0; u < U; u++) {
                    long long to = offset<V>(o, at[u]);
                    if (o.element == F32) store<V, float>(acc + u * V, o, to, at[u].count);
                    else store<V, bfloat16>(acc + u * V, o, to, at[u].count);
                }
                break;
            }
            case KEEP:
#pragma unroll
                for (int e = 0; e < E; e++) kept[index][e] = acc[e];
                break;
            case DROP: {
                Words words = {-1, make_uint4(0, 0, 0, 0)};
                long long numbers[U];
#pragma unroll
                for (int u = 0; u < U; u++) numbers[u] = at[u].vector * V;
                EACH_IN_TURN(keeps(c.draws[index], drawn(c, numbers[e / V] + e % V), words) ? x * a : 0.f)
            }
            case LOAD: EACH(s)
            case ADD: EACH(x + s)
            case SUB: EACH(x - s)
            case MUL: EACH(x * s)
            case MIN: EACH(below(x, s))
            case MAX: EACH(above(x, s))
            case RELU: EACH(above(x, 0.f))
            case TANH: EACH_IN_TURN(tanhf(x))
            case SIGMOID: EACH_IN_TURN(sigmoid(x))
            case LEAKY_RELU: EACH(x > 0.f ? x : a * x)
            case RELU6: EACH(below(above(x, 0.f), 6.f))
            case ELU: EACH_IN_TURN(x > 0.f ? x : a * expm1f(x))
            case HARD_SIGMOID: EACH_IN_TURN(hard_sigmoid(x))
            case HARD_SWISH: EACH_IN_TURN(x * hard_sigmoid(x))
            case SILU: EACH_IN_TURN(x * sigmoid(x))
            case GELU: EACH_IN_TURN(x * normal_distribution(x))
            case GELU_TANH: EACH_IN_TURN(x * (0.5f * (1.f + gelu_tanh(x))))
            case AFFINE: EACH(a * x + b)
            case RECIPROCAL: EACH_IN_TURN(1.f / x)
            case RELU_SLOPE: EACH(x > 0.f ? s : 0.f)
            case TANH_SLOPE: EACH(s * (1.f - x * x))
            case SIGMOID_SLOPE: EACH(s * (x * (1.f - x)))
            case LEAKY_RELU_SLOPE: EACH(x > 0.f ? s : a * s)
            case RELU6_SLOPE: EACH(x > 0.f && x < 6.f ? s : 0.f)
            case ELU_SLOPE: EACH(x > 0.f ? s : s * (x + a))
            case HARD_SIGMOID_SLOPE: EACH(x > 0.f && x < 1.f ? s * (1.f / 6.f) : 0.f)
            case HARD_SWISH_SLOPE: EACH_IN_TURN(s * (x <= -3.f ? 0.f : x >= 3.f ? 1.f : (2.f * x + 3.f) / 6.f))
            case SILU_SLOPE: EACH_IN_TURN(s * silu_slope(x))
            case GELU_SLOPE: EACH_IN_TURN(s * gelu_slope(x))
            case GELU_TANH_SLOPE: EACH_IN_TURN(s * gelu_tanh_slope(x))
            case AFFINE_SLOPE: EACH(a * s)
            case RECIPROCAL_SLOPE: EACH(0.f - s * (x * x))
        }
    }
}

#undef EACH
#undef EACH_IN_TURN

}  // namespace pointwise

// ---------------------------------------------------------------------------------------------------- kernels

// Vectors of eight, where the innermost axis is a multiple of eight elements (or the only one) and every operand that lies
// side by side starts at a multiple of eight elements or of 16 bytes.
// Block 256, grid ceil(vectors / 256), vectors = ceil(elements / 8).
extern "C" __global__ void __launch_bounds__(256) pointwise_wide(const pointwise::Chain chain) { pointwise::run<8, 1>(chain); }
REGISTER(pointwise_wide)

// Any shape. Block 256, grid ceil(elements / 1024).
extern "C" __global__ void __launch_bounds__(256) pointwise_narrow(const pointwise::Chain chain) { pointwise::run<1, 4>(chain); }
REGISTER(pointwise_narrow)
