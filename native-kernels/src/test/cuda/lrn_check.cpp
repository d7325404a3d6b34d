// Local response normalisation with windows from one channel to more than there are, and pixels of several chunks.
#include "../../main/cuda/lrn.cu"
#include "elements.h"

using namespace elements;
using namespace lrn;

namespace {

template <typename T> void lrn_of(check::Random& random, bool gradient) {
    bool many = random.once(10);
    int c = many ? random.between(1000, 2100) : random.between(1, 70);
    int size = random.between(1, many ? 40 : random.once(5) ? 2 * c : 9);
    float beta = random.uniform(0.3f, 1.2f), alpha = random.uniform(0.01f, 2);
    int pixels = many ? 2 : random.between(1, 20), chunk = std::min(c, random.once(2) && !many ? 16 : CHUNK);
    double scale = static_cast<double>(alpha) / size;
    Lrn a = {random.uniform(0.5f, 2), scale, 2 * scale * beta, pixels, c, size, chunk, beta};
    std::vector<double> x = normals(random, a.pixels * c), dy = normals(random, a.pixels * c);
    std::vector<T> in = stored<T>(x), out = stored<T>(dy), result = empty<T>(x.size());
    const T *xs = in.data(), *dys = out.data();
    if (gradient) {
        unsigned lanes = across(a.chunk, THREADS), rows = THREADS / lanes, blocks = (pixels + rows - 1) / rows;
        unsigned bytes = 4 * (std::min(c, a.chunk + size - 1) + a.chunk) * rows;
        gabor::host::run(kernel<T>("lrn_gradient"), blocks, dim3(lanes, rows), bytes, xs, dys, result.data(), a);
    } else {
        unsigned blocks = (pixels * c + THREADS - 1) / THREADS;
        gabor::host::run(kernel<T>("lrn"), blocks, THREADS, 0, xs, result.data(), a);
    }
    // with the slope's sign turned and magnitudes, no terms cancel: the size of what rounds
    Lrn all = a;
    all.slope = -a.slope;
    std::vector<double> sizes = magnitudes(dy), bound = reference(all, beta, magnitudes(x), gradient ? &sizes : nullptr);
    for (double& b : bound) b *= 16 * U;
    near(gradient ? "dx" : "y", result, reference(a, beta, x, gradient ? &dy : nullptr), bound);
}

}  // namespace

CHECK(lrn_forward) { lrn_of<float>(random, false); }
CHECK(lrn_forward_bf16) { lrn_of<bfloat16>(random, false); }
CHECK(lrn_backward) { lrn_of<float>(random, true); }
CHECK(lrn_backward_bf16) { lrn_of<bfloat16>(random, true); }
