// What a training step draws from counter-based random numbers: which images of a data set on the device it takes, and how
// each of them is moved.
//
// The numbers must be those of the CPU to the last bit: compile with -fmad=false, and keep the order of the operations.
#include "gabor.cuh"

namespace draws {

// The samples of a step by org.gabor.graph.Sampling.Order: result[i] is where (step mod steps) batch + i goes in the permutation
// of seed and epoch.
struct Order {
    const int* seed;  // two words, the low one first
    const int* step;
    const int* epoch;
    int* result;
    int samples, batch, steps;
    int stream;
};

// Maps of n images of h x w by org.gabor.graph.Augmentation.DrawMaps: result [6,n], the rows a, b, s, c, d, t.
struct Maps {
    const int* seed;  // two words, the low one first
    const int* step;
    const int* epoch;
    float* result;
    int n, h, w;
    int stream;
    int columns, rows;  // the largest shifts
    float flip, tangent, least, range;
};

// Images [n,c,h,w] in bytes.
struct Images {
    int n, c, h, w;
};

#ifdef GABOR_HOST
#include <cmath>
#include <vector>

// Where i goes in the permutation of an epoch, as org.gabor.random.Permutation describes it.
static int permuted_reference(unsigned long long seed, unsigned stream, unsigned epoch, int n, int i) {
    int bits = 8;
    while (bits < 31 && 1ll << bits < n) bits++;
    int low_bits = (bits + 1) / 2, high_bits = bits - low_bits;
    long long value = i;
    do {
        unsigned low = value % (1ll << low_bits), high = value / (1ll << low_bits);
        for (unsigned round = 0; round < 8; round++) {
            unsigned from = round % 2 ? high : low;
            uint4 words = philox(seed, seed >> 32, from / 4, round, epoch, stream);
            unsigned word = from % 4 == 0 ? words.x : from % 4 == 1 ? words.y : from % 4 == 2 ? words.z : words.w;
            if (round % 2) low ^= word % (1u << low_bits);
            else high ^= word % (1u << high_bits);
        }
        value = (static_cast<long long>(high) << low_bits) + low;
    } while (value >= n);
    return static_cast<int>(value);
}

// Image n of x as its map places it, in double: y [h,w,c].
static std::vector<double> warp_reference(const Images& a, const std::vector<unsigned char>& x, const std::vector<float>& maps,
                                          int n) {
    std::vector<double> y;
    auto map = [&](int row) { return static_cast<double>(maps[static_cast<size_t>(row) * a.n + n]); };
    for (int row = 0; row < a.h; row++)
        for (int column = 0; column < a.w; column++)
            for (int c = 0; c < a.c; c++) {
                double u = map(0) * column + map(1) * row + map(2), v = map(3) * column + map(4) * row + map(5), sum = 0;
                for (int j = 0; j < a.h; j++)
                    for (int i = 0; i < a.w; i++)
                        sum += std::max(0.0, 1 - std::fabs(u - i)) * std::max(0.0, 1 - std::fabs(v - j)) *
                               x[((static_cast<size_t>(n) * a.c + c) * a.h + j) * a.w + i];
                y.push_back(sum);
            }
    return y;
}
#endif

// The order of samples

static __device__ inline unsigned long long seed_of(const int* words) {
    return static_cast<unsigned long long>(static_cast<unsigned>(words[1])) << 32 | static_cast<unsigned>(words[0]);
}

// A Feistel network over the least power of two that holds n, 2^8 at least.
static __device__ inline unsigned permuted(Stream s, unsigned value, int low_bits, int high_bits) {
    unsigned low_mask = (1u << low_bits) - 1, high_mask = (1u << high_bits) - 1;
    unsigned low = value & low_mask, high = value >> low_bits;
    for (unsigned round = 0; round < 8; round += 2) {
        s.step = round;
        high ^= stream_bits(s, low) & high_mask;
        s.step = round + 1;
        low ^= stream_bits(s, high) & low_mask;
    }
    return high << low_bits | low;
}

// Threads take a sample each. What falls outside 0 ... samples - 1 is permuted again (Black and Rogaway 2002).
extern "C" __global__ void draws_order(Order a) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= a.batch) return;
    Stream s = {seed_of(a.seed), static_cast<unsigned>(a.stream), 0, static_cast<unsigned>(*a.epoch)};
    int bits = max(8, 32 - __clz(a.samples - 1)), low_bits = (bits + 1) / 2;
    unsigned value = static_cast<unsigned>(*a.step % a.steps * a.batch + i);
    do {
        value = permuted(s, value, low_bits, bits - low_bits);
    } while (value >= static_cast<unsigned>(a.samples));
    a.result[i] = static_cast<int>(value);
}
REGISTER(draws_order)

// y[i] = data[order[i]], rows of `length` elements. Threads (x, y) take an element and a row.
template <class T>
static __device__ inline void gather(const T* data, const int* order, T* y, long long length, int count) {
    long long j = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (j >= length) return;
    for (int i = blockIdx.y * blockDim.y + threadIdx.y; i < count; i += gridDim.y * blockDim.y)
        y[i * length + j] = data[order[i] * length + j];
}

#define DRAWS_GATHER(bytes, T)                                                                                               \
    extern "C" __global__ void draws_gather_##bytes(const T* __restrict__ data, const int* __restrict__ order,               \
                                                    T* __restrict__ y, long long length, int count) {                        \
        gather(data, order, y, length, count);                                                                               \
    }                                                                                                                        \
    REGISTER(draws_gather_##bytes)

DRAWS_GATHER(1, unsigned char)
DRAWS_GATHER(4, unsigned)
DRAWS_GATHER(16, uint4)

// Moved images

static __device__ inline float shifted(float unit, int most) { return floorf(unit * (2 * most + 1)) - most; }

// Threads take an image each.
extern "C" __global__ void draws_maps(Maps a) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= a.n) return;
    auto word = [](int number) { return static_cast<unsigned>(number); };
    Stream s = {seed_of(a.seed), word(a.stream), word(*a.step), word(*a.epoch)};
    uint4 words = stream_block(s, 2 * i);
    float centre_x = (a.w - 1) / 2.0f, centre_y = (a.h - 1) / 2.0f;
    float f = to_uniform(words.x) < a.flip ? -1 : 1;
    float p = shifted(to_uniform(words.y), a.columns) + centre_x, q = shifted(to_uniform(words.z), a.rows) + centre_y;
    float r = (2 * to_uniform(words.w) - 1) * a.tangent;
    float z = a.least + to_uniform(stream_block(s, 2 * i + 1).x) * a.range;
    float m = 1 / (1 + r * r), cosine = (1 - r * r) * m / z, sine = (r + r) * m / z;
    a.result[i] = f * cosine;
    a.result[a.n + i] = f * sine;
    a.result[2 * a.n + i] = centre_x - f * (cosine * p + sine * q);
    a.result[3 * a.n + i] = -sine;
    a.result[4 * a.n + i] = cosine;
    a.result[5 * a.n + i] = centre_y + (sine * p - cosine * q);
}
REGISTER(draws_maps)

// The first of the two places around u, as far as there are any in `size`.
static __device__ inline int place_of(float u, int size) {
    return static_cast<int>(fmaxf(fminf(floorf(u), static_cast<float>(max(size - 2, 0))), 0));
}

static __device__ inline float weight_of(float u, int at) {
    float k = 1 - fabsf(u - at);
    return k > 0 ? k : 0;
}

static __device__ inline float pair_of(const unsigned char* at, float left, float right, bool two) {
    float second = two ? at[1] : 0;
    return at[0] * left + second * right;
}

// y [n,h,w,c] are the images as their maps place them. Threads (x, y) take a pixel and a row of pixels.
template <class T> static __device__ inline void warp(const unsigned char* x, const float* maps, T* y, const Images& a) {
    int column = blockIdx.x * blockDim.x + threadIdx.x;
    if (column >= a.w) return;
    long long rows = static_cast<long long>(a.n) * a.h, plane = static_cast<long long>(a.h) * a.w;
    for (long long at = static_cast<long long>(blockIdx.y) * blockDim.y + threadIdx.y; at < rows; at += gridDim.y * blockDim.y) {
        int n = static_cast<int>(at / a.h), row = static_cast<int>(at % a.h);
        const float* map = maps + n;
        float u = map[0] * column + (map[a.n] * row + map[2 * a.n]);
        float v = map[3 * a.n] * column + (map[4 * a.n] * row + map[5 * a.n]);
        int i = place_of(u, a.w), j = place_of(v, a.h);
        float left = weight_of(u, i), right = weight_of(u, i + 1), upper = weight_of(v, j), lower = weight_of(v, j + 1);
        for (int c = 0; c < a.c; c++) {
            const unsigned char* pixel = x + (static_cast<long long>(n) * a.c + c) * plane + static_cast<long long>(j) * a.w + i;
            float above = pair_of(pixel, left, right, a.w > 1);
            float below = a.h > 1 ? pair_of(pixel + a.w, left, right, a.w > 1) : 0;
            y[(at * a.w + column) * a.c + c] = convert<T>(above * upper + below * lower);
        }
    }
}

#define DRAWS_WARP(type, T)                                                                                                  \
    extern "C" __global__ void draws_warp_##type(const unsigned char* __restrict__ x, const float* __restrict__ maps,        \
                                                 T* __restrict__ y, Images a) {                                              \
        warp(x, maps, y, a);                                                                                                 \
    }                                                                                                                        \
    REGISTER(draws_warp_##type)

DRAWS_WARP(f32, float)
DRAWS_WARP(bf16, bfloat16)

// Launch shapes. draws_order and draws_maps: a thread an image, THREADS a block. draws_gather_B moves elements of B bytes and
// draws_warp pixels: x = min(THREADS, the least power of two that holds a row of the result), y = THREADS / x; grid.x covers a
// row, grid.y the rows, at most 65535.
[[maybe_unused]] constexpr int THREADS = 128;

}  // namespace draws
