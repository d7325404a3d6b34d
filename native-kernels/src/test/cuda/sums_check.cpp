// Sums over random axes of random shapes, cut into parts and blocks in random ways, against the formulas.
#include "check.h"
#include "../../main/cuda/sums.cu"
#include "shapes.h"

using namespace sums;

namespace {

/// Values of either element type.
struct Values {
    std::vector<float> f32;
    std::vector<bfloat16> bf16;

    Values(check::Random& random, long long count, int element, float shift = 0) {
        for (long long i = 0; i < count; i++) {
            float x = random.normal() + shift;
            if (element == F32) f32.push_back(x);
            else bf16.push_back(to_bfloat16(x));
        }
    }

    void* data() {
        return f32.empty() ? static_cast<void*>(bf16.data()) : f32.data();
    }
};

/// The axes of `dims` that are kept, or those that are not.
Axes axes(const shapes::Dims& dims, const std::vector<bool>& kept, bool wanted) {
    shapes::Dims chosen = dims;
    for (size_t k = 0; k < dims.dims.size(); k++) {
        if (kept[k] != wanted) chosen.dims[k] = 1;
    }
    // a walk over all axes of which those that are not chosen have one turn, with the strides of the whole value
    std::vector<shapes::Axis> walk;
    long long stride = 1;
    for (size_t k = dims.dims.size(); k-- > 0; stride *= dims.dims[k]) {
        if (chosen.dims[k] > 1) walk.push_back({chosen.dims[k], {stride}});
    }
    if (walk.empty()) walk.push_back({1, {0}});
    Axes a = {};
    a.count = chosen.size();
    a.axes = static_cast<int>(walk.size());
    for (int k = 0; k < a.axes; k++) {
        a.stride[k] = walk[k].strides[0];
        if (k + 1 < a.axes) a.extents[k] = shapes::divisor(static_cast<unsigned>(walk[k].count));
    }
    return a;
}

int powerOfTwo(check::Random& random) {
    return 1 << random.between(0, 8);
}

struct Sum {
    Parts parts = {};
    Totals totals = {};
    std::vector<double> workspace;

    Sum(check::Random& random, const shapes::Dims& dims, const std::vector<bool>& kept) {
        parts.units = axes(dims, kept, true);
        parts.summed = axes(dims, kept, false);
        long long count = random.between(1, static_cast<int>(std::min(9LL, parts.summed.count)));
        parts.part = (parts.summed.count + count - 1) / count;
        totals.parts = static_cast<int>((parts.summed.count + parts.part - 1) / parts.part);
        parts.units_of_block = powerOfTwo(random);
        parts.units_first = random.between(0, 1);
        totals.units = parts.units.count;
        totals.units_of_block = powerOfTwo(random);
        workspace.assign(2 * totals.units * totals.parts, NAN);
        parts.result = workspace.data();
        totals.sums = workspace.data();
        totals.m = static_cast<double>(parts.summed.count);
    }

    void run() const {
        long long blocks = (parts.units.count + parts.units_of_block - 1) / parts.units_of_block;
        gabor::host::run("sums_parts", dim3(static_cast<unsigned>(blocks), static_cast<unsigned>(totals.parts)), 256, 0, parts);
        blocks = (totals.units + totals.units_of_block - 1) / totals.units_of_block;
        gabor::host::run("sums_totals", dim3(static_cast<unsigned>(blocks)), 256, 0, totals);
    }
};

}  // namespace

CHECK(sums_over_axes) {
    shapes::Dims dims = shapes::random(random, random.once(2));
    std::vector<bool> kept;
    for (size_t k = 0; k < dims.dims.size(); k++) kept.push_back(random.once(2));
    if (random.once(3)) {
        // sums of channels: all but the innermost axis
        for (size_t k = 0; k < kept.size(); k++) kept[k] = k + 1 == kept.size();
    }
    Sum sum(random, dims, kept);
    int kind = random.between(TOTAL, SQUARES), element = random.between(F32, BF16), statistics = random.between(F32, BF16);
    long long units = sum.totals.units;
    Values x(random, dims.size(), element, kind == MOMENTS ? random.uniform(-100, 100) : 0), dy(random, dims.size(), element);
    Values stats(random, 2 * units, statistics, 3), result(random, 2 * units, statistics);
    if (statistics == F32) for (float& s : stats.f32) s = std::fabs(s);
    else for (bfloat16& s : stats.bf16) s = to_bfloat16(std::fabs(to_float(s)));
    sum.parts.x = x.data();
    sum.parts.dy = kind == GRADIENT ? dy.data() : x.data();
    sum.parts.kind = sum.totals.kind = kind;
    sum.parts.element = element;
    sum.totals.stats = stats.data();
    sum.totals.result = result.data();
    sum.totals.element = statistics;
    sum.totals.scale = random.uniform(0.1f, 2);
    sum.totals.eps = 1e-5;
    sum.run();
    for (int row = 0; row < rows(kind); row++)
        for (long long u = 0; u < units; u++) {
            double want = total_reference(sum.parts, sum.totals, u, row);
            double got = read(result.data(), statistics, row * units + u);
            // of a sum in doubles that is rounded once
            check::near(row == 0 ? "first row" : "second row", u, got, want,
                (statistics == F32 ? 0x1p-24 : 0x1p-8) * std::fabs(want) + 1e-9 * sum.totals.m);
        }
}

CHECK(sums_are_the_same_twice) {
    shapes::Dims dims = {{random.between(1, 40), random.between(1, 90)}};
    Sum sum(random, dims, {false, true});
    Values x(random, dims.size(), F32), first(random, 2 * sum.totals.units, F32), second = first;
    sum.parts.x = sum.parts.dy = x.data();
    sum.parts.kind = sum.totals.kind = MOMENTS;
    sum.totals.result = first.data();
    sum.run();
    sum.totals.result = second.data();
    sum.run();
    check::that(first.f32 == second.f32, "two runs differ");
}

CHECK(sums_not_finite) {
    shapes::Dims dims = {{random.between(2, 40), random.between(1, 9)}};
    Sum sum(random, dims, {false, true});
    Values x(random, dims.size(), F32), result(random, 2 * sum.totals.units, F32);
    x.f32[0] = NAN;
    sum.parts.x = sum.parts.dy = x.data();
    sum.parts.kind = sum.totals.kind = MOMENTS;
    sum.totals.result = result.data();
    sum.run();
    check::that(std::isnan(result.f32[0]) && std::isnan(result.f32[sum.totals.units]), "a NaN is lost");
}

CHECK(sums_factors_of_batch_normalisation) {
    int c = random.between(1, 600), element = random.between(F32, BF16);
    Values stats(random, 2 * c, element, 9), gamma(random, c, element), sums(random, 2 * c, element);
    std::vector<float> result(3 * c, NAN);
    bool gradient = random.once(2);
    Factors f = {stats.data(), gamma.data(), gradient ? sums.data() : nullptr, result.data(), 1.0 * random.between(2, 999), 1e-3,
        c, element};
    gabor::host::run("sums_factors", dim3(static_cast<unsigned>((c + 255) / 256)), 256, 0, f);
    for (int i = 0; i < c; i++) {
        double inverse = 1 / std::sqrt(read(stats.data(), element, c + i) + f.eps);
        double want[3] = {read(gamma.data(), element, i) * inverse, read(sums.data(), element, i) / f.m,
            read(sums.data(), element, c + i) * inverse / f.m};
        for (int row = 0; row < 3; row++)
            if (row == 0 || gradient)
                check::near("factor", row * c + i, result[row * c + i], want[row], 0x1.01p-24 * std::fabs(want[row]));
            else check::that(std::isnan(result[row * c + i]), "row ", row, " is written");
    }
}
