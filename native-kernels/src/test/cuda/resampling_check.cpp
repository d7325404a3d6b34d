// Mirrored borders and other sizes, larger and smaller, and their gradients.
#include "../../main/cuda/resampling.cu"
#include "elements.h"

using namespace elements;
using namespace resampling;

namespace {

Axis randomAxis(check::Random& random, Kind kind) {
    if (kind == Kind::MIRRORED) {
        int in = random.between(1, 9), before = random.between(0, in - 1);
        return {in, in + before + random.between(0, in - 1), before};
    }
    int in = random.between(1, 12);
    return {in, random.once(4) ? in * random.between(1, 3) : random.between(1, 25), 0};
}

template <typename T> void resample(check::Random& random, bool gradient) {
    static const char* names[] = {"mirrored", "nearest", "bilinear"};
    Kind kind = static_cast<Kind>(random.between(0, 2));
    Axis rows = randomAxis(random, kind), columns = randomAxis(random, kind);
    double down = static_cast<double>(rows.in) / rows.out, across = static_cast<double>(columns.in) / columns.out;
    Resampling a = {down, across, random.between(1, 3), rows, columns, channels(random), 1};
    a.width = random.once(4) ? 1 : width<T>(a.c);
    int from_rows = gradient ? rows.out : rows.in, from_columns = gradient ? columns.out : columns.in;
    int to_rows = gradient ? rows.in : rows.out, to_columns = gradient ? columns.in : columns.out;
    std::vector<double> x = normals(random, static_cast<size_t>(a.n) * from_rows * from_columns * a.c);
    std::vector<T> in = stored<T>(x), y = empty<T>(static_cast<size_t>(a.n) * to_rows * to_columns * a.c);
    Launch l(static_cast<long long>(to_columns) * a.c / a.width, a.n * to_rows, THREADS);
    if (random.once(3)) l = l.few(2);
    std::string name = std::string("resample_") + names[static_cast<int>(kind)] + (gradient ? "_gradient" : "");
    gabor::host::run(kernel<T>(name), l.grid, l.block, 0, static_cast<const T*>(in.data()), y.data(), a);
    std::vector<double> bound = reference(kind, a, magnitudes(x), gradient);
    for (double& b : bound) b *= 8 * U;
    near("y", y, reference(kind, a, x, gradient), bound);
}

}  // namespace

CHECK(resampling_forward) { resample<float>(random, false); }
CHECK(resampling_forward_bf16) { resample<bfloat16>(random, false); }
CHECK(resampling_backward) { resample<float>(random, true); }
CHECK(resampling_backward_bf16) { resample<bfloat16>(random, true); }
