// Functions of the scores of a sample: softmax, losses, ranks. A row of c neighbouring scores is a sample: a row of a matrix
// [n,c], or a pixel of an NHWC image.
//
// A team of threads takes a row: blockDim.x lanes, of one warp if there are at most 32, else of the whole block. Element
// functions are computed in float, sums over a row in double; the order of a sum depends on the number of lanes alone. A
// label that is neither a class nor ignored gives NaN.
#include "gabor.cuh"

namespace rows {

struct Rows {
    int rows;
    int c;
};

// Cross entropy: loss = (1 - smoothing) v[l] (-log p[l]) + smoothing / c times the sum over j of v[j] (-log p[j]); 0 for the
// label `ignore` if ignores. Without weights v is 1.
struct CrossEntropy {
    const float* weights;
    double smoothing;
    int ignores;
    int ignore;
};

// Reference

#ifdef GABOR_HOST
#include <cmath>
#include <vector>

enum class Function { SOFTMAX, LOG_SOFTMAX, CROSS_ENTROPY, MARGIN, SQUARED_ERROR, BINARY_CROSS_ENTROPY };

// What a criterion needs besides scores.
struct Settings {
    double smoothing = 0;
    std::vector<float> weights;
    bool ignores = false;
    int ignore = 0;
    int power = 1;
    double margin = 1;
};

static std::vector<double> logs_reference(const std::vector<double>& x) {
    double largest = x[0], sum = 0;
    for (double v : x) largest = std::max(largest, v);
    for (double v : x) sum += std::exp(v - largest);
    std::vector<double> y;
    for (double v : x) y.push_back(v - largest - std::log(sum));
    return y;
}

// The loss of one sample.
static double loss_reference(Function f, const Settings& s, const std::vector<double>& x, int label) {
    int c = static_cast<int>(x.size());
    if (f == Function::CROSS_ENTROPY && s.ignores && label == s.ignore) return 0;
    if (label < 0 || label >= c) return NAN;
    std::vector<double> log = logs_reference(x);
    auto v = [&](int j) { return s.weights.empty() ? 1 : s.weights[j]; };
    double loss = f == Function::CROSS_ENTROPY ? (1 - s.smoothing) * v(label) * -log[label] : 0;
    for (int j = 0; j < c; j++) {
        double target = j == label ? 1 : 0, over = s.margin - x[label] + x[j];
        if (over < 0) over = 0;
        if (f == Function::CROSS_ENTROPY) loss += s.smoothing / c * v(j) * -log[j];
        if (f == Function::MARGIN && j != label) loss += (s.power == 1 ? over : over * over) / c;
        if (f == Function::SQUARED_ERROR) loss += (x[j] - target) * (x[j] - target) / c;
        if (f == Function::BINARY_CROSS_ENTROPY)
            loss += (std::max(x[j], 0.0) - x[j] * target + std::log1p(std::exp(-std::fabs(x[j])))) / c;
    }
    return loss;
}

// Its derivatives.
static std::vector<double> gradient_reference(Function f, const Settings& s, const std::vector<double>& x, int label) {
    int c = static_cast<int>(x.size());
    std::vector<double> d(c, label < 0 || label >= c ? NAN : 0);
    if (f == Function::CROSS_ENTROPY && s.ignores && label == s.ignore) return std::vector<double>(c, 0);
    if (std::isnan(d[0])) return d;
    std::vector<double> log = logs_reference(x);
    double all = 0;
    for (int j = 0; j < c; j++) {
        double target = j == label ? 1 : 0, over = s.margin - x[label] + x[j];
        double a = (s.weights.empty() ? 1 : s.weights[j]) * ((1 - s.smoothing) * target + s.smoothing / c);
        if (f == Function::CROSS_ENTROPY) { // of -a_j log p_j: a_j (p_i - (i = j)) by x_i
            d[j] -= a;
            all += a;
        }
        if (f == Function::MARGIN && j != label && over > 0) {
            double slope = (s.power == 1 ? 1 : 2 * over) / c;
            d[j] += slope;
            d[label] -= slope;
        }
        if (f == Function::SQUARED_ERROR) d[j] = 2 * (x[j] - target) / c;
        if (f == Function::BINARY_CROSS_ENTROPY) d[j] = (1 / (1 + std::exp(-x[j])) - target) / c;
    }
    for (int j = 0; j < c && all > 0; j++) d[j] += all * std::exp(log[j]);
    return d;
}

// y of softmax or log softmax, or given dy and y, dx.
static std::vector<double> softmax_reference(Function f, const std::vector<double>& x, const std::vector<double>* dy) {
    std::vector<double> y = dy ? x : logs_reference(x);
    bool log = f == Function::LOG_SOFTMAX;
    if (!dy) {
        for (double& v : y) v = log ? v : std::exp(v);
        return y;
    }
    double sum = 0;
    for (size_t j = 0; j < y.size(); j++) sum += log ? (*dy)[j] : y[j] * (*dy)[j];
    std::vector<double> dx;
    for (size_t j = 0; j < y.size(); j++) dx.push_back(log ? (*dy)[j] - std::exp(y[j]) * sum : y[j] * ((*dy)[j] - sum));
    return dx;
}

static bool rank_reference(const std::vector<double>& x, int label, int k) {
    if (label < 0 || label >= static_cast<int>(x.size())) return false;
    int before = 0;
    for (int j = 0; j < static_cast<int>(x.size()); j++)
        before += j != label && (!(x[j] <= x[label]) || (x[j] == x[label] && j < label));
    return before < k;
}
#endif

// Kernels

static __device__ inline double add(double a, double b) { return a + b; }

static __device__ inline double larger(double a, double b) { return a > b ? a : b; }

// A team: its row, its part of the row (j = first, first + step, ... below c), and how its lanes put numbers together. A team
// without a row has no part of one, but takes part in that.
struct Team {
    long long row;
    int c;
    int first;
    int step;
    double* shared;

    __device__ Team(const Rows& a, double* shared)
        : row(static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y), c(row < a.rows ? a.c : 0), first(threadIdx.x),
          step(blockDim.x), shared(shared) {}

    // The result for one value a lane, for all lanes.
    template <class F> __device__ double together(double value, F f) const {
        int width = min(step, 32);
        for (int flip = width / 2; flip > 0; flip /= 2) value = f(value, __shfl_xor_sync(0xFFFFFFFFu, value, flip, width));
        if (step <= 32) return value;
        __syncthreads(); // what was shared before has been read
        if (first % 32 == 0) shared[first / 32] = value;
        __syncthreads();
        double all = shared[0];
        for (int warp = 1; warp < step / 32; warp++) all = f(all, shared[warp]);
        return all;
    }

    __device__ double sum(double value) const { return together(value, add); }

    // Of numbers: a NaN may be passed over, and comes back with the sum of exponentials.
    template <class T> __device__ float largest(const T* x) const {
        double largest = -INFINITY;
        for (int j = first; j < c; j += step) largest = larger(largest, to_float(x[j]));
        return static_cast<float>(together(largest, larger));
    }

    // The sum of exp(x - largest).
    template <class T> __device__ double sum_of_exponentials(const T* x, float largest) const {
        double part = 0;
        for (int j = first; j < c; j += step) part += expf(to_float(x[j]) - largest);
        return sum(part);
    }

    // Whether this lane stores what a row has one of.
    __device__ bool stores() const { return c > 0 && first == 0; }
};

template <class T> static __device__ inline void softmax(const T* x, T* y, const Rows& a, double* shared) {
    Team team(a, shared);
    x += team.row * a.c;
    y += team.row * a.c;
    float largest = team.largest(x), sum = static_cast<float>(team.sum_of_exponentials(x, largest));
    for (int j = team.first; j < team.c; j += team.step) y[j] = convert<T>(expf(to_float(x[j]) - largest) / sum);
}

template <class T> static __device__ inline void softmax_gradient(const T* y, const T* dy, T* dx, const Rows& a, double* shared) {
    Team team(a, shared);
    long long at = team.row * a.c;
    double part = 0;
    for (int j = team.first; j < team.c; j += team.step) part += static_cast<double>(to_float(y[at + j])) * to_float(dy[at + j]);
    double dot = team.sum(part);
    for (int j = team.first; j < team.c; j += team.step)
        dx[at + j] = convert<T>(to_float(y[at + j]) * static_cast<float>(to_float(dy[at + j]) - dot));
}

template <class T> static __device__ inline void log_softmax(const T* x, T* y, const Rows& a, double* shared) {
    Team team(a, shared);
    x += team.row * a.c;
    y += team.row * a.c;
    float largest = team.largest(x);
    double log_sum = log(team.sum_of_exponentials(x, largest));
    for (int j = team.first; j < team.c; j += team.step)
        y[j] = convert<T>(static_cast<float>(static_cast<double>(to_float(x[j])) - largest - log_sum));
}

template <class T>
static __device__ inline void log_softmax_gradient(const T* y, const T* dy, T* dx, const Rows& a, double* shared) {
    Team team(a, shared);
    long long at = team.row * a.c;
    double part = 0;
    for (int j = team.first; j < team.c; j += team.step) part += to_float(dy[at + j]);
    float sum = static_cast<float>(team.sum(part));
    for (int j = team.first; j < team.c; j += team.step)
        dx[at + j] = convert<T>(to_float(dy[at + j]) - expf(to_float(y[at + j])) * sum);
}

static __device__ inline bool ignored(const CrossEntropy& e, int label) { return e.ignores && label == e.ignore; }

static __device__ inline float weight(const CrossEntropy& e, int j) { return e.weights ? e.weights[j] : 1; }

template <class T>
static __device__ inline void cross_entropy(const T* x, const int* labels, T* loss, const Rows& a, const CrossEntropy& e,
                                            double* shared) {
    Team team(a, shared);
    x += team.row * a.c;
    float largest = team.largest(x);
    double log_sum = log(team.sum_of_exponentials(x, largest)), spread = 0;
    if (e.smoothing > 0) {
        for (int j = team.first; j < team.c; j += team.step)
            spread += weight(e, j) * (log_sum + (static_cast<double>(largest) - to_float(x[j])));
        spread = team.sum(spread) * e.smoothing / a.c;
    }
    if (!team.stores()) return;
    int label = labels[team.row];
    double value = NAN;
    if (ignored(e, label)) value = 0;
    else if (label >= 0 && label < a.c)
        value = (1 - e.smoothing) * weight(e, label) * (log_sum + (static_cast<double>(largest) - to_float(x[label]))) + spread;
    loss[team.row] = convert<T>(static_cast<float>(value));
}

template <class T>
static __device__ inline void cross_entropy_gradient(const T* x, const int* labels, const T* dy, T* dx, const Rows& a,
                                                     const CrossEntropy& e, double* shared) {
    Team team(a, shared);
    x += team.row * a.c;
    dx += team.row * a.c;
    float largest = team.largest(x), sum = static_cast<float>(team.sum_of_exponentials(x, largest));
    double all = e.weights ? 0 : e.smoothing;
    if (e.weights && e.smoothing > 0) {
        for (int j = team.first; j < team.c; j += team.step) all += weight(e, j);
        all = team.sum(all) * e.smoothing / a.c;
    }
    int label = team.c > 0 ? labels[team.row] : 0;
    bool out = label < 0 || label >= a.c, none = ignored(e, label);
    float hit = out ? NAN : static_cast<float>((1 - e.smoothing) * weight(e, label)), total = static_cast<float>(all + hit);
    float share = static_cast<float>(e.smoothing / a.c), factor = team.c > 0 ? to_float(dy[team.row]) : 0;
    for (int j = team.first; j < team.c; j += team.step) {
        float p = expf(to_float(x[j]) - largest) / sum, target = share * weight(e, j) + (j == label ? hit : 0);
        dx[j] = convert<T>(none ? 0 : (total * p - target) * factor);
    }
}

// The criteria that are a mean over classes: each has a value and a derivative for class j with score x, given the score of
// the label.

// max(0, margin - x[l] + x[j])^power for j != l.
struct Margin {
    float margin;
    int power;

    __device__ float over(float x, float own) const { return margin - own + x; }
    __device__ float value(float x, float own, bool is_label) const {
        float z = over(x, own);
        if (is_label || z <= 0) return 0;
        return power == 1 ? z : z * z;
    }
    __device__ float slope(float x, float own, bool is_label) const {
        float z = over(x, own);
        if (is_label || !(z > 0)) return 0;
        return power == 1 ? 1 : 2 * z;
    }
};

// (x[j] - (j = l))^2.
struct SquaredError {
    __device__ float value(float x, float, bool is_label) const {
        float d = x - (is_label ? 1.0f : 0.0f);
        return d * d;
    }
    __device__ float slope(float x, float, bool is_label) const { return 2 * (x - (is_label ? 1.0f : 0.0f)); }
};

// log(1 + exp(x)) for j != l, log(1 + exp(-x)) for j = l: the cross entropy of sigmoid x with 0 or 1.
struct BinaryCrossEntropy {
    __device__ float value(float x, float, bool is_label) const {
        float score = is_label ? -x : x;
        return fmaxf(score, 0) + log1pf(expf(-fabsf(score)));
    }
    __device__ float slope(float x, float, bool is_label) const { return is_label ? -1 / (1 + expf(x)) : 1 / (1 + expf(-x)); }
};

template <class T, class F>
static __device__ inline void mean_loss(const T* x, const int* labels, T* loss, const Rows& a, F f, double* shared) {
    Team team(a, shared);
    x += team.row * a.c;
    int label = team.c > 0 ? labels[team.row] : -1;
    bool out = label < 0 || label >= a.c;
    float own = out ? 0 : to_float(x[label]);
    double part = 0;
    for (int j = team.first; j < team.c; j += team.step) part += f.value(to_float(x[j]), own, j == label);
    double sum = team.sum(part);
    if (team.stores()) loss[team.row] = convert<T>(out ? NAN : static_cast<float>(sum / a.c));
}

// Given `label_too`, the derivative by the label's score is minus the sum of all others.
template <class T, class F>
static __device__ inline void mean_loss_gradient(const T* x, const int* labels, const T* dy, T* dx, const Rows& a, F f,
                                                 bool label_too, double* shared) {
    Team team(a, shared);
    x += team.row * a.c;
    dx += team.row * a.c;
    int label = team.c > 0 ? labels[team.row] : -1;
    bool out = label < 0 || label >= a.c;
    float own = out ? 0 : to_float(x[label]), sum = 0;
    if (label_too) {
        double part = 0;
        for (int j = team.first; j < team.c; j += team.step) part += f.slope(to_float(x[j]), own, j == label);
        sum = static_cast<float>(team.sum(part));
    }
    float factor = out ? NAN : static_cast<float>(static_cast<double>(to_float(dy[team.row])) / a.c);
    for (int j = team.first; j < team.c; j += team.step) {
        float slope = label_too && j == label ? -sum : f.slope(to_float(x[j]), own, j == label);
        dx[j] = convert<T>(slope * factor);
    }
}

// 1 if the label's score is among the k largest, of equal ones the lower class first, and NaN larger than any number.
template <class T>
static __device__ inline void in_top_k(const T* x, const int* labels, T* hit, const Rows& a, int k, double* shared) {
    Team team(a, shared);
    x += team.row * a.c;
    int label = team.c > 0 ? labels[team.row] : -1;
    bool out = label < 0 || label >= a.c;
    float own = out ? 0 : to_float(x[label]);
    int before = 0;
    for (int j = team.first; j < team.c; j += team.step) {
        float other = to_float(x[j]);
        before += j != label && (!(other <= own) || (other == own && j < label));
    }
    bool among = team.sum(before) < k;
    if (team.stores()) hit[team.row] = convert<T>(!out && among ? 1 : 0);
}

// Launch shapes: for c up to WARP lanes = the least power of two of at least c / 4, from 1 to 32, and
// THREADS / lanes rows a block; above, lanes = LANES and one row a block. 8 LANES / 32 bytes of shared memory.
// rows_weight: a thread a label, THREADS a block.
[[maybe_unused]] constexpr int WARP = 2048;
[[maybe_unused]] constexpr int THREADS = 128;
[[maybe_unused]] constexpr int LANES = 256;

#define ROWS_KERNEL(name, parameters, body)                                                                                  \
    extern "C" __global__ void name parameters {                                                                             \
        DYNAMIC_SHARED(double, shared);                                                                                      \
        body;                                                                                                                \
    }                                                                                                                        \
    REGISTER(name)

#define ROWS_IN(T) const T *__restrict__ x, const int *__restrict__ labels
#define ROWS_IN_DY(T) const T *__restrict__ x, const int *__restrict__ labels, const T *__restrict__ dy, T *__restrict__ dx
#define ROWS_Y_DY(T) const T *__restrict__ y, const T *__restrict__ dy, T *__restrict__ dx

#define ROWS_KERNELS(type, T)                                                                                                \
    ROWS_KERNEL(rows_softmax_##type, (const T* __restrict__ x, T* __restrict__ y, Rows a), softmax(x, y, a, shared))         \
    ROWS_KERNEL(rows_softmax_gradient_##type, (ROWS_Y_DY(T), Rows a), softmax_gradient(y, dy, dx, a, shared))                \
    ROWS_KERNEL(rows_log_softmax_##type, (const T* __restrict__ x, T* __restrict__ y, Rows a), log_softmax(x, y, a, shared)) \
    ROWS_KERNEL(rows_log_softmax_gradient_##type, (ROWS_Y_DY(T), Rows a), log_softmax_gradient(y, dy, dx, a, shared))        \
    ROWS_KERNEL(rows_cross_entropy_##type, (ROWS_IN(T), T* __restrict__ loss, Rows a, CrossEntropy e),                       \
                cross_entropy(x, labels, loss, a, e, shared))                                                                \
    ROWS_KERNEL(rows_cross_entropy_gradient_##type, (ROWS_IN_DY(T), Rows a, CrossEntropy e),                                 \
                cross_entropy_gradient(x, labels, dy, dx, a, e, shared))                                                     \
    ROWS_KERNEL(rows_margin_##type, (ROWS_IN(T), T* __restrict__ loss, Rows a, float margin, int power),                     \
                mean_loss(x, labels, loss, a, Margin{margin, power}, shared))                                                \
    ROWS_KERNEL(rows_margin_gradient_##type, (ROWS_IN_DY(T), Rows a, float margin, int power),                               \
                mean_loss_gradient(x, labels, dy, dx, a, Margin{margin, power}, true, shared))                               \
    ROWS_KERNEL(rows_squared_error_##type, (ROWS_IN(T), T* __restrict__ loss, Rows a),                                       \
                mean_loss(x, labels, loss, a, SquaredError{}, shared))                                                       \
    ROWS_KERNEL(rows_squared_error_gradient_##type, (ROWS_IN_DY(T), Rows a),                                                 \
                mean_loss_gradient(x, labels, dy, dx, a, SquaredError{}, false, shared))                                     \
    ROWS_KERNEL(rows_binary_cross_entropy_##type, (ROWS_IN(T), T* __restrict__ loss, Rows a),                                \
                mean_loss(x, labels, loss, a, BinaryCrossEntropy{}, shared))                                                 \
    ROWS_KERNEL(rows_binary_cross_entropy_gradient_##type, (ROWS_IN_DY(T), Rows a),                                          \
                mean_loss_gradient(x, labels, dy, dx, a, BinaryCrossEntropy{}, false, shared))                               \
    ROWS_KERNEL(rows_in_top_k_##type, (ROWS_IN(T), T* __restrict__ hit, Rows a, int k),                                      \
                in_top_k(x, labels, hit, a, k, shared))

ROWS_KERNELS(f32, float)
ROWS_KERNELS(bf16, bfloat16)

// The weight of each label, 0 for an ignored one; NaN for one that has none.
extern "C" __global__ void rows_weight(const int* __restrict__ labels, float* __restrict__ result, Rows a, CrossEntropy e) {
    long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i >= a.rows) return;
    int label = labels[i];
    if (ignored(e, label)) result[i] = 0;
    else if (e.weights && (label < 0 || label >= a.c)) result[i] = NAN;
    else result[i] = weight(e, label);
}
REGISTER(rows_weight)

}  // namespace rows
