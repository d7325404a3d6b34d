// Softmax, losses and ranks of one class to some thousands, near zero, far from it and far apart.
#include "../../main/cuda/rows.cu"
#include "elements.h"

using namespace elements;
using namespace rows;

namespace {

/// A launch over rows of c scores, by the rule of rows.cu.
struct Teams {
    dim3 grid, block;
    Rows rows;

    Teams(int count, int c) : rows{count, c} {
        unsigned lanes = c > WARP ? LANES : across((c + 3) / 4, 32), teams = c > WARP ? 1 : THREADS / lanes;
        block = dim3(lanes, teams);
        grid = dim3((count + teams - 1) / teams);
    }
};

/// Numbers below the smallest normal float have fewer bits.
constexpr double FLUSH = 0x1p-126;

constexpr unsigned SHARED = 8 * LANES / 32;

struct Scores {
    int rows, c;
    std::vector<double> x;
    std::vector<int> labels;

    explicit Scores(check::Random& random) {
        static const int classes[] = {1, 2, 3, 5, 10, 17, 33, 100, 127, 500, 1000, 2048, 2049, 3001};
        c = classes[random.between(0, 13)];
        rows = random.between(1, c > 200 ? 3 : c > 30 ? 9 : 70);
        double spread = random.once(4) ? 40 : 1, from = random.once(4) ? 100 : 0;
        size_t count = static_cast<size_t>(rows) * c;
        x = random.once(4) ? wholes(random, count) : normals(random, count, spread);
        for (double& v : x) v += from;
        for (int i = 0; i < rows; i++)
            labels.push_back(random.once(9) ? (random.once(2) ? 255 : -1) : random.between(0, c - 1));
        if (random.once(9)) x[random.between(0, rows * c - 1)] = NAN;
    }

    std::vector<double> row(const std::vector<double>& of, int i) const {
        return {of.begin() + static_cast<long>(i) * c, of.begin() + static_cast<long>(i + 1) * c};
    }

    /// What numbers of a row can be, with what is added to them.
    double size(int i) const {
        double largest = 0;
        for (double v : row(x, i)) largest = std::max(largest, std::fabs(v));
        return 3 + 2 * largest + std::log(c);
    }
};

template <typename T> void softmax_of(check::Random& random, bool gradient) {
    Scores s(random);
    bool log = random.once(2);
    Function f = log ? Function::LOG_SOFTMAX : Function::SOFTMAX;
    std::vector<double> dy = normals(random, s.x.size());
    if (gradient)
        for (int i = 0; i < s.rows; i++) {
            std::vector<double> y = softmax_reference(f, s.row(s.x, i), nullptr);
            std::copy(y.begin(), y.end(), s.x.begin() + static_cast<long>(i) * s.c);
        }
    std::vector<T> x = stored<T>(s.x), dys = stored<T>(dy), result = empty<T>(x.size());
    const T *xs = x.data(), *out = dys.data();
    Teams t(s.rows, s.c);
    std::string name = kernel<T>(std::string(log ? "rows_log_softmax" : "rows_softmax") + (gradient ? "_gradient" : ""));
    if (gradient) gabor::host::run(name, t.grid, t.block, SHARED, xs, out, result.data(), t.rows);
    else gabor::host::run(name, t.grid, t.block, SHARED, xs, result.data(), t.rows);
    std::vector<double> want, bound;
    for (int i = 0; i < s.rows; i++) {
        std::vector<double> in = s.row(s.x, i), up = s.row(dy, i), y = softmax_reference(f, in, gradient ? &up : nullptr);
        double sizes = 0, total = 0;
        for (double v : up) {
            sizes = std::max(sizes, std::fabs(v));
            total += std::fabs(v);
        }
        for (int j = 0; j < s.c; j++) {
            want.push_back(y[j]);
            double p = log ? std::exp(in[j]) : std::fabs(in[j]);
            double back = log ? std::fabs(up[j]) + p * total * (1 + std::fabs(in[j])) : p * 2 * sizes;
            bound.push_back(FLUSH + (gradient ? 8 * U * back : log ? 4 * U * s.size(i) : 8 * U * y[j] * s.size(i)));
        }
    }
    near("y", result, want, bound);
}

/// Kernel names of the criteria, in the order of Function.
const char* const NAMES[] = {"", "", "rows_cross_entropy", "rows_margin", "rows_squared_error", "rows_binary_cross_entropy"};

/// Runs a criterion's kernel; what all take comes first.
template <typename... A>
void criterion(const std::string& name, const Teams& t, Function f, const Settings& s, A... first) {
    CrossEntropy e = {s.weights.empty() ? nullptr : s.weights.data(), s.smoothing, s.ignores, s.ignore};
    if (f == Function::CROSS_ENTROPY) gabor::host::run(name, t.grid, t.block, SHARED, first..., t.rows, e);
    else if (f == Function::MARGIN)
        gabor::host::run(name, t.grid, t.block, SHARED, first..., t.rows, static_cast<float>(s.margin), s.power);
    else gabor::host::run(name, t.grid, t.block, SHARED, first..., t.rows);
}

template <typename T> void loss_of(check::Random& random, bool gradient) {
    Scores s(random);
    Function f = static_cast<Function>(random.between(2, 5));
    Settings set;
    if (random.once(2)) set.smoothing = random.uniform(0, 0.5f);
    set.ignores = random.once(2);
    set.ignore = 255;
    set.power = random.between(1, 2);
    set.margin = random.uniform(0.5f, 2);
    for (int j = 0; j < s.c && set.weights.size() == static_cast<size_t>(j) && (j > 0 || random.once(2)); j++)
        set.weights.push_back(random.uniform(0, 2));
    std::vector<double> dy = normals(random, s.rows);
    std::vector<T> x = stored<T>(s.x), dys = stored<T>(dy), result = empty<T>(gradient ? x.size() : s.rows);
    const T *xs = x.data(), *out = dys.data();
    const int* labels = s.labels.data();
    Teams t(s.rows, s.c);
    std::string name = kernel<T>(std::string(NAMES[static_cast<int>(f)]) + (gradient ? "_gradient" : ""));
    if (gradient) criterion(name, t, f, set, xs, labels, out, result.data());
    else criterion(name, t, f, set, xs, labels, result.data());
    std::vector<double> want, bound;
    for (int i = 0; i < s.rows; i++) {
        std::vector<double> in = s.row(s.x, i);
        double size = s.size(i), square = f == Function::SQUARED_ERROR || (f == Function::MARGIN && set.power == 2) ? size : 1;
        if (!gradient) {
            want.push_back(loss_reference(f, set, in, s.labels[i]));
            bound.push_back(8 * U * size * square);
            continue;
        }
        for (double d : gradient_reference(f, set, in, s.labels[i])) {
            want.push_back(d * dy[i]);
            // relative to the probability, and to the class's own share; a margin's label has the sum of all others
            double share = f == Function::CROSS_ENTROPY ? std::fabs(d) + 2 : f == Function::MARGIN ? square : size / s.c;
            bound.push_back(8 * U * share * (f == Function::CROSS_ENTROPY ? size : 1) * std::fabs(dy[i]));
        }
    }
    near(gradient ? "dx" : "loss", result, want, bound);
}

template <typename T> void rank(check::Random& random) {
    Scores s(random);
    int k = random.between(1, 6);
    std::vector<T> x = stored<T>(s.x), hit = empty<T>(s.rows);
    Teams t(s.rows, s.c);
    const T* xs = x.data();
    const int* labels = s.labels.data();
    gabor::host::run(kernel<T>("rows_in_top_k"), t.grid, t.block, SHARED, xs, labels, hit.data(), t.rows, k);
    for (int i = 0; i < s.rows; i++)
        check::near("hit", i, to_float(hit[i]), rank_reference(s.row(s.x, i), s.labels[i], k), 0);
}

}  // namespace

CHECK(rows_softmax_forward) { softmax_of<float>(random, false); }
CHECK(rows_softmax_forward_bf16) { softmax_of<bfloat16>(random, false); }
CHECK(rows_softmax_backward) { softmax_of<float>(random, true); }
CHECK(rows_softmax_backward_bf16) { softmax_of<bfloat16>(random, true); }
CHECK(rows_loss) { loss_of<float>(random, false); }
CHECK(rows_loss_bf16) { loss_of<bfloat16>(random, false); }
CHECK(rows_loss_gradient) { loss_of<float>(random, true); }
CHECK(rows_loss_gradient_bf16) { loss_of<bfloat16>(random, true); }
CHECK(rows_rank) { rank<float>(random); }
CHECK(rows_rank_bf16) { rank<bfloat16>(random); }

CHECK(rows_label_weight) {
    Scores s(random);
    std::vector<float> weights = random.normals(s.c), result(s.rows, NAN);
    bool weighted = random.once(2);
    CrossEntropy e = {weighted ? weights.data() : nullptr, 0, random.between(0, 1), 255};
    const int* labels = s.labels.data();
    gabor::host::run("rows_weight", (s.rows + THREADS - 1) / THREADS, THREADS, 0, labels, result.data(), Rows{s.rows, s.c}, e);
    for (int i = 0; i < s.rows; i++) {
        int l = labels[i];
        double want = e.ignores && l == 255 ? 0 : !weighted ? 1 : l >= 0 && l < s.c ? weights[l] : NAN;
        check::near("weight", i, result[i], want, 0);
    }
}
