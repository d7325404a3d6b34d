// The order of images against Java's numbers and the definition, and moved images.
#include "../../main/cuda/draws.cu"
#include "elements.h"

using namespace elements;
using namespace draws;

namespace {

constexpr int SHUFFLE = 2030840142;  // Stream.id("shuffle")

std::vector<int> order(long long seed, int step, int epoch, int samples, int batch, int steps) {
    int words[] = {static_cast<int>(seed), static_cast<int>(seed >> 32)};
    std::vector<int> result(batch, -1);
    Order a = {words, &step, &epoch, result.data(), samples, batch, steps, SHUFFLE};
    gabor::host::run("draws_order", (batch + THREADS - 1) / THREADS, THREADS, 0, a);
    return result;
}

/// What org.gabor.random.Permutation.of(seed, epoch, n).at(i (n - 1) / 3) gives for i = 0 ... 3, printed by a program.
struct FromJava {
    long long seed;
    int epoch, n, at[4];
};

const FromJava JAVA[] = {
    {42ll, 1, 50000, {22171, 21845, 11336, 42135}},
    {-7ll, 3, 60000, {28494, 30170, 28326, 39938}},
    {81985529216486895ll, 2, 100, {31, 63, 55, 56}},
    {1ll, 200, 1, {0, 0, 0, 0}},
    {5ll, 9, 1281167, {970729, 208377, 359410, 482891}},
    {3ll, 1, 257, {34, 74, 231, 234}},
};

template <typename T> void warp_of(check::Random& random) {
    Images a = {random.between(1, 3), random.between(1, 4), random.between(1, 9), random.between(1, 40)};
    std::vector<unsigned char> x(static_cast<size_t>(a.n) * a.c * a.h * a.w);
    for (unsigned char& v : x) v = static_cast<unsigned char>(random.bits());
    std::vector<float> maps;
    bool whole = random.once(2);
    for (int row = 0; row < 6; row++)
        for (int n = 0; n < a.n; n++) {
            bool place = row % 3 == 2, diagonal = row == 0 || row == 4;
            if (whole) maps.push_back(static_cast<float>(place ? random.between(-5, 5) : diagonal ? 1 : 0));
            else maps.push_back(place ? random.uniform(-3, 5) : (diagonal ? 1.0f : 0.0f) + random.uniform(-0.5f, 0.5f));
        }
    std::vector<T> y = empty<T>(x.size());
    Launch l(a.w, static_cast<long long>(a.n) * a.h, THREADS);
    const unsigned char* xs = x.data();
    const float* all = maps.data();
    gabor::host::run(kernel<T>("draws_warp"), l.grid, l.block, 0, xs, all, y.data(), a);
    std::vector<double> want;
    for (int n = 0; n < a.n; n++)
        for (double v : warp_reference(a, x, maps, n)) want.push_back(v);
    // a place is off by some roundings of numbers up to 100, and a pixel by 255 times that
    near("y", y, want, std::vector<double>(want.size(), whole ? 0 : 255 * 4 * 100 * U));
}

template <typename T> void gather_of(check::Random& random, const char* name) {
    int size = random.between(1, 50), count = random.between(1, 20);
    long long length = random.once(3) ? 1 : random.between(1, 400);
    std::vector<T> data(size * length), y(count * length);
    for (T& v : data) std::memset(&v, static_cast<int>(random.bits() & 255), sizeof v);
    std::vector<int> which;
    for (int i = 0; i < count; i++) which.push_back(random.between(0, size - 1));
    Launch l = Launch(length, count, THREADS).few(random.once(3) ? 1 : 65535);
    const T* rows = data.data();
    const int* order = which.data();
    gabor::host::run(name, l.grid, l.block, 0, rows, order, y.data(), length, count);
    for (int i = 0; i < count; i++)
        check::that(std::memcmp(&y[i * length], &data[which[i] * length], length * sizeof(T)) == 0, name, ": row ", i);
}

}  // namespace

CHECK(draws_order_is_javas) {
    const FromJava& j = JAVA[random.between(0, 5)];
    for (int i = 0; i < 4; i++) {
        int place = static_cast<int>(static_cast<long long>(i) * (j.n - 1) / 3);
        check::near("place", place, order(j.seed, place, j.epoch, j.n, 1, j.n)[0], j.at[i], 0);
    }
}

CHECK(draws_order_by_definition) {
    int samples = random.between(1, 700), batch = random.between(1, std::min(samples, 40)), steps = samples / batch;
    int step = random.between(0, 5 * steps), epoch = random.between(0, 1000);
    long long seed = static_cast<long long>(random.bits()) << 32 | random.bits();
    std::vector<int> got = order(seed, step, epoch, samples, batch, steps);
    for (int i = 0; i < batch; i++)
        check::near("place", i, got[i], permuted_reference(seed, SHUFFLE, epoch, samples, step % steps * batch + i), 0);
}

CHECK(draws_order_takes_each_once) {
    int samples = random.between(1, 600);
    std::vector<int> times(samples);
    for (int i : order(random.bits(), random.between(0, 3), random.between(0, 3), samples, samples, 1)) times.at(i)++;
    for (int i = 0; i < samples; i++) check::near("sample", i, times[i], 1, 0);
}

CHECK(draws_gather_1) { gather_of<unsigned char>(random, "draws_gather_1"); }
CHECK(draws_gather_4) { gather_of<unsigned>(random, "draws_gather_4"); }
CHECK(draws_gather_16) { gather_of<uint4>(random, "draws_gather_16"); }

CHECK(draws_maps_of_images) {
    int n = random.between(1, 200), h = random.between(1, 40), w = random.between(1, 40);
    unsigned words[] = {random.bits(), random.bits(), random.bits() % 1000, random.bits() % 100};
    const int* seed = reinterpret_cast<const int*>(words);
    bool whole = random.once(3);
    float turn = whole ? 0 : random.uniform(0, 1), range = whole ? 0 : random.uniform(0, 1);
    float least = whole ? 1 : random.uniform(0.5f, 1), flip = random.uniform(0, 1);
    std::vector<float> maps(6 * static_cast<size_t>(n), NAN);
    int columns = random.between(0, w - 1), rows = random.between(0, h - 1);
    Maps a = {seed, seed + 2, seed + 3, maps.data(), n, h, w, 77, columns, rows, flip, turn, least, range};
    gabor::host::run("draws_maps", (n + THREADS - 1) / THREADS, THREADS, 0, a);
    bool flipped = false, straight = false;
    for (int i = 0; i < n; i++) {
        uint4 one = philox(words[0], words[1], 2 * i, words[2], words[3], 77);
        uint4 two = philox(words[0], words[1], 2 * i + 1, words[2], words[3], 77);
        auto unit = [](unsigned bits) { return (bits >> 8) / 16777216.0; };
        double f = unit(one.x) < flip ? -1 : 1, angle = 2 * std::atan((2 * unit(one.w) - 1) * turn);
        double across = std::floor(unit(one.y) * (2 * columns + 1)) - columns;
        double down = std::floor(unit(one.z) * (2 * rows + 1)) - rows, z = least + unit(two.x) * range;
        // the place of the image that the centre of the distorted one, and its neighbours, come from
        double x0 = (w - 1) / 2.0, y0 = (h - 1) / 2.0, cosine = std::cos(angle) / z, sine = std::sin(angle) / z;
        double want[] = {f * cosine, f * sine, x0 - f * (cosine * (across + x0) + sine * (down + y0)), -sine, cosine,
                         y0 + sine * (across + x0) - cosine * (down + y0)};
        for (int k = 0; k < 6; k++) check::near("map", k * n + i, maps[k * n + i], want[k], whole ? 0 : 1000 * U);
        flipped |= f < 0;
        straight |= f > 0;
    }
    check::that(n < 100 || flip < 0.1 || flip > 0.9 || (flipped && straight), "all of ", n, " images are flipped alike");
}

CHECK(draws_warp) { warp_of<float>(random); }
CHECK(draws_warp_bf16) { warp_of<bfloat16>(random); }
