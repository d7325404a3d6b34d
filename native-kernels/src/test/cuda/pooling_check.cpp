// Pooling over random windows and bins, padded, dilated, rounded up, with equal values and NaN among them.
#include "../../main/cuda/pooling.cu"
#include "elements.h"

using namespace elements;
using namespace pooling;

namespace {

/// Whether every window has a tap inside.
bool meets(const Axis& a) {
    for (int i = 0; i < a.windows; i++) {
        bool some = false;
        for (int j = 0; j < a.size; j++) some |= takes(a, i, j);
        if (!some) return false;
    }
    return true;
}

/// As org.gabor.graph.Window.size.
int outputs(const Axis& a, bool ceil) {
    int room = a.size + a.before + a.after - (a.taps - 1) * a.dilation - 1;
    if (room < 0) return 0;
    if (!ceil) return room / a.stride + 1;
    int out = (room + a.stride - 1) / a.stride + 1;
    return (out - 1) * a.stride >= a.size + a.before ? out - 1 : out;
}

Axis randomAxis(check::Random& random, bool bins, bool dilated, bool ceil) {
    while (true) {
        Axis a = {random.between(1, 12), 0, 0, 1, 1, 0, 0};
        if (bins) {
            a.windows = random.between(1, 14);
            return a;
        }
        a.taps = random.once(4) ? random.between(8, 11) : random.between(1, 4);
        a.stride = random.between(1, 4);
        a.dilation = dilated ? random.between(1, 3) : 1;
        a.before = random.between(0, a.taps / 2);
        a.after = random.between(0, a.taps / 2);
        a.windows = outputs(a, ceil);
        if (a.windows > 0 && meets(a)) return a;
    }
}

template <typename T> Windows randomWindows(check::Random& random, bool mean) {
    bool bins = random.once(4), dilated = !mean && random.once(3), ceil = random.once(3);
    Windows a = {random.between(1, 3), channels(random), 1, randomAxis(random, bins, dilated, ceil), {}, random.between(0, 1)};
    a.columns = randomAxis(random, bins, dilated, ceil);
    a.width = random.once(4) ? 1 : width<T>(a.c);
    return a;
}

size_t inputs(const Windows& a) { return static_cast<size_t>(a.n) * a.rows.size * a.columns.size * a.c; }
size_t results(const Windows& a) { return static_cast<size_t>(a.n) * a.rows.windows * a.columns.windows * a.c; }

template <typename T> void forward(check::Random& random, bool mean) {
    Windows a = randomWindows<T>(random, mean);
    std::vector<double> x = random.once(2) ? normals(random, inputs(a)) : wholes(random, inputs(a));
    if (random.once(4)) x[random.between(0, static_cast<int>(x.size()) - 1)] = NAN;
    std::vector<T> in = stored<T>(x), y = empty<T>(results(a));
    bool large = a.rows.taps * a.columns.taps >= LARGE || random.once(5);
    unsigned depth = large ? PARTS : 1;
    Launch l = Launch(static_cast<long long>(a.columns.windows) * a.c / a.width, a.n * a.rows.windows, THREADS, depth);
    if (random.once(3)) l = l.few(2);
    gabor::host::run(kernel<T>(mean ? "pool_mean" : "pool_max"), l.grid, l.block, large ? 8 * a.width * THREADS : 0,
                     static_cast<const T*>(in.data()), y.data(), a);
    std::vector<double> bound(y.size());
    if (mean) {
        bound = reference(a, true, magnitudes(x), nullptr);
        for (double& b : bound) b *= U;
    }
    near("y", y, reference(a, mean, x, nullptr), bound);
}

template <typename T> void gradient(check::Random& random, bool mean) {
    Windows a = randomWindows<T>(random, mean);
    std::vector<double> x = random.once(3) ? normals(random, inputs(a)) : wholes(random, inputs(a));
    if (random.once(4)) x[random.between(0, static_cast<int>(x.size()) - 1)] = NAN;
    std::vector<double> dy = normals(random, results(a)), size = magnitudes(dy);
    std::vector<T> in = stored<T>(x), out = stored<T>(dy), dx = empty<T>(x.size());
    Launch l = Launch(static_cast<long long>(a.columns.size) * a.c / a.width, a.n * a.rows.size, THREADS);
    if (random.once(3)) l = l.few(2);
    const T *xs = in.data(), *dys = out.data();
    if (mean) gabor::host::run(kernel<T>("pool_mean_gradient"), l.grid, l.block, 0, dys, dx.data(), a);
    else gabor::host::run(kernel<T>("pool_max_gradient"), l.grid, l.block, 0, xs, dys, dx.data(), a);
    std::vector<double> bound = reference(a, mean, x, &size);
    for (double& b : bound) b *= 12 * 12 * U;
    near("dx", dx, reference(a, mean, x, &dy), bound);
}

}  // namespace

CHECK(pooling_max) { forward<float>(random, false); }
CHECK(pooling_max_bf16) { forward<bfloat16>(random, false); }
CHECK(pooling_mean) { forward<float>(random, true); }
CHECK(pooling_mean_bf16) { forward<bfloat16>(random, true); }
CHECK(pooling_max_gradient) { gradient<float>(random, false); }
CHECK(pooling_max_gradient_bf16) { gradient<bfloat16>(random, false); }
CHECK(pooling_mean_gradient) { gradient<float>(random, true); }
CHECK(pooling_mean_gradient_bf16) { gradient<bfloat16>(random, true); }
