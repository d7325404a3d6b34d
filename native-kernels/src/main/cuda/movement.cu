// Copies between two orders of the elements.
//
// A slice, a concatenation, what a padding surrounds and a change of layout are all the same: a walk over some axes, each with
// a step in the source and one in the target. Where two layouts differ in the order of two axes only, that is a transposition
// of matrices, which goes through shared memory so that both sides are read and written in runs.
#include "gabor.cuh"

namespace movement {

constexpr int AXES = 6;

// y[sum of i_k to_k] = x[sum of i_k from_k] for 0 <= i_k < dims_k: axis 0 is the innermost one, unused axes have one element.
struct Strided {
    long long from[AXES];
    long long to[AXES];
    int dims[AXES];
};

// y[b, j, i] = x[b, i, j] for matrices of rows x columns.
struct Transposition {
    long long batch;
    int rows;
    int columns;
};

// Reference

#ifdef GABOR_HOST
#include <vector>

template <class T> static void reference(const std::vector<T>& x, std::vector<T>& y, const Strided& a) {
    long long count = 1;
    for (int dim : a.dims) count *= dim;
    for (long long i = 0; i < count; i++) {
        long long from = 0, to = 0, rest = i;
        for (int k = 0; k < AXES; k++) {
            from += rest % a.dims[k] * a.from[k];
            to += rest % a.dims[k] * a.to[k];
            rest /= a.dims[k];
        }
        y[to] = x[from];
    }
}
#endif

// Kernels

// Threads (x, y) take an element along axis 0, and a combination of the other indices.
template <class T, class Index> static __device__ inline void rows_of(const T* x, T* y, const Strided& a, Index rows) {
    long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i >= a.dims[0]) return;
    Index stride = static_cast<Index>(gridDim.y) * blockDim.y;
    for (Index row = static_cast<Index>(blockIdx.y) * blockDim.y + threadIdx.y; row < rows; row += stride) {
        long long from = i * a.from[0], to = i * a.to[0];
        Index rest = row;
        for (int k = 1; k < AXES; k++) {
            if (a.dims[k] == 1) continue;
            Index above = rest / a.dims[k];
            int at = static_cast<int>(rest - above * a.dims[k]);
            from += at * a.from[k];
            to += at * a.to[k];
            rest = above;
        }
        y[to] = x[from];
    }
}

template <class T> static __device__ inline void strided(const T* x, T* y, const Strided& a) {
    long long rows = 1;
    for (int k = 1; k < AXES; k++) rows *= a.dims[k];
    if (rows <= 0x3FFFFFFF) rows_of<T, unsigned>(x, y, a, static_cast<unsigned>(rows));
    else rows_of<T, long long>(x, y, a, rows);
}

constexpr int TILE = 32;
[[maybe_unused]] constexpr int TILE_ROWS = 8;

// A block takes a tile of TILE x TILE of a matrix, and the same tile of others.
template <class T>
static __device__ inline void transposed(const T* x, T* y, const Transposition& a, T (*tile)[TILE + 1]) {
    int across = (a.columns - 1) / TILE + 1;
    int top = static_cast<int>(blockIdx.x) / across * TILE, left = static_cast<int>(blockIdx.x) % across * TILE;
    for (long long b = blockIdx.y; b < a.batch; b += gridDim.y) {
        long long matrix = b * a.rows * a.columns;
        int column = left + threadIdx.x;
        for (int i = threadIdx.y; i < TILE; i += blockDim.y)
            if (top + i < a.rows && column < a.columns)
                tile[i][threadIdx.x] = x[matrix + static_cast<long long>(top + i) * a.columns + column];
        __syncthreads();
        int row = top + threadIdx.x;
        for (int j = threadIdx.y; j < TILE; j += blockDim.y)
            if (left + j < a.columns && row < a.rows)
                y[matrix + static_cast<long long>(left + j) * a.rows + row] = tile[threadIdx.x][j];
        __syncthreads();
    }
}

// Launch shapes. move_strided_B moves elements of B bytes, or B bytes that are neighbours on both sides: x = min(THREADS, the
// least power of two that holds dims[0]), y = THREADS / x; grid.x covers dims[0], grid.y the product of the others, at most
// 65535. move_transposed_B: a block of TILE x TILE_ROWS threads; grid.x counts the tiles of a matrix, grid.y the matrices, at
// most 65535.
[[maybe_unused]] constexpr int THREADS = 256;

#define MOVE_STRIDED(bytes, T)                                                                                               \
    extern "C" __global__ void move_strided_##bytes(const T* __restrict__ x, T* __restrict__ y, Strided a) {                 \
        strided(x, y, a);                                                                                                    \
    }                                                                                                                        \
    REGISTER(move_strided_##bytes)

MOVE_STRIDED(1, unsigned char)
MOVE_STRIDED(2, unsigned short)
MOVE_STRIDED(4, unsigned)
MOVE_STRIDED(8, uint2)
MOVE_STRIDED(16, uint4)

#define MOVE_TRANSPOSED(bytes, T)                                                                                            \
    extern "C" __global__ void move_transposed_##bytes(const T* __restrict__ x, T* __restrict__ y, Transposition a) {        \
        __shared__ T tile[TILE][TILE + 1];                                                                                   \
        transposed(x, y, a, tile);                                                                                           \
    }                                                                                                                        \
    REGISTER(move_transposed_##bytes)

MOVE_TRANSPOSED(1, unsigned char)
MOVE_TRANSPOSED(2, unsigned short)
MOVE_TRANSPOSED(4, unsigned)

}  // namespace movement
