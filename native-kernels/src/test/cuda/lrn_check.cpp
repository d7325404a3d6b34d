// Local response normalisation with windows from one channel to more than there are, and pixels of several chunks.
#include "../../main/cuda/lrn.cu"
#include "elements.h"

using namespace elements;
using namespace lrn;

namespace {

template <typename T> void lrn_of(check::Random& random, bool gradient) {
    bool many = random.once(10);
    int c = many ? random.between(1000, 2100) : random.between(1, 70), size = random.once(5) ? random.between(1, 2 * c) : random.between(1, 9);
    if (many) size = random.between(1, 40);
    float beta = random.uniform(0.3f, 1.2f), alpha = random.uniform(0.01f, 2);
    Lrn a = {random.uniform(0.5f, 2), static_cast<double>(alpha) / size, 2.0 * alpha * beta / size, many ? 2 : random.between(1, 20), c, size,
             std::min(c, random.once(2) && !many ? 16 : CHUNK), beta};
    std::vector<double> x = normals(random, a.pixels * c), dy = normals(random, a.pixels * c);
    std::vector<T> in = stored<T>(x), out = stored<T>(dy), result = empty<T>(x.size());
    const T *xs = in.data(), *dys = out.data();
    if (gradient) {
        unsigned lanes = across(a.chunk, THREADS), pixels = THREADS / lanes;
        unsigned bytes = 4 * (std::min(c, a.chunk + size - 1) + a.chunk) * pixels;
        gabor::host::run(kernel<T>("lrn_gradient"), static_cast<unsigned>((a.pixels + pixels - 1) / pixels), dim3(lanes, pixels), bytes, xs, dys,
                         result.data(), a);
    } else {
        gabor::host::run(kernel<T>("lrn"), static_cast<unsigned>((a.pixels * c + THREADS - 1) / THREADS), THREADS, 0, xs, result.data(), a);
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
