// Copies over random axes in random orders, and transpositions.
#include "../../main/cuda/movement.cu"
#include "elements.h"

using namespace elements;
using namespace movement;

namespace {

/// Steps of axes that lie in a random order in memory, with gaps between some; returns how many elements there are.
long long randomSteps(check::Random& random, const int* dims, long long* steps) {
    int order[AXES];
    for (int k = 0; k < AXES; k++) order[k] = k;
    for (int k = AXES - 1; k > 0; k--) std::swap(order[k], order[random.between(0, k)]);
    long long size = 1;
    for (int k : order) {
        steps[k] = size * (random.once(4) ? random.between(1, 3) : 1);
        size = steps[k] * dims[k];
    }
    return size;
}

template <typename T> T number(check::Random& random) {
    unsigned char bytes[sizeof(T)];
    for (unsigned char& b : bytes) b = static_cast<unsigned char>(random.bits());
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

template <typename T> void strided_of(check::Random& random, const char* name) {
    Strided a;
    int most = random.between(1, 3);
    for (int k = 0; k < AXES; k++) a.dims[k] = random.once(2) ? 1 : random.between(1, k == 0 && random.once(3) ? 300 : most * 2);
    std::vector<T> x(randomSteps(random, a.dims, a.from)), y(randomSteps(random, a.dims, a.to));
    for (T& v : x) v = number<T>(random);
    for (T& v : y) v = number<T>(random);
    std::vector<T> want = y;
    reference(x, want, a);
    long long rows = 1;
    for (int k = 1; k < AXES; k++) rows *= a.dims[k];
    Launch l(a.dims[0], rows, THREADS);
    if (random.once(3)) l = l.few(2);
    gabor::host::run(name, l.grid, l.block, 0, static_cast<const T*>(x.data()), y.data(), a);
    check::that(std::memcmp(y.data(), want.data(), y.size() * sizeof(T)) == 0, name, " moved something else");
}

template <typename T> void transposed_of(check::Random& random, const char* name) {
    Transposition a = {random.between(1, 4), random.between(1, 100), random.between(1, 100)};
    std::vector<T> x(a.batch * a.rows * a.columns), y(x.size()), want(x.size());
    for (T& v : x) v = number<T>(random);
    for (long long b = 0; b < a.batch; b++)
        for (int i = 0; i < a.rows; i++)
            for (int j = 0; j < a.columns; j++)
                want[(b * a.columns + j) * a.rows + i] = x[(b * a.rows + i) * a.columns + j];
    unsigned tiles = ((a.rows - 1) / TILE + 1) * ((a.columns - 1) / TILE + 1), batch = static_cast<unsigned>(a.batch);
    const T* xs = x.data();
    gabor::host::run(name, dim3(tiles, random.once(2) ? batch : 1), dim3(TILE, TILE_ROWS), 0, xs, y.data(), a);
    check::that(y == want, name, " of ", a.batch, " x ", a.rows, " x ", a.columns, " is wrong");
}

}  // namespace

CHECK(movement_strided_1) { strided_of<unsigned char>(random, "move_strided_1"); }
CHECK(movement_strided_2) { strided_of<unsigned short>(random, "move_strided_2"); }
CHECK(movement_strided_4) { strided_of<unsigned>(random, "move_strided_4"); }
CHECK(movement_strided_8) { strided_of<uint2>(random, "move_strided_8"); }
CHECK(movement_strided_16) { strided_of<uint4>(random, "move_strided_16"); }
CHECK(movement_transposed_1) { transposed_of<unsigned char>(random, "move_transposed_1"); }
CHECK(movement_transposed_2) { transposed_of<unsigned short>(random, "move_transposed_2"); }
CHECK(movement_transposed_4) { transposed_of<unsigned>(random, "move_transposed_4"); }
