// What changes parameters: an optimizer's step over all weights at once, and the guard that keeps a bad step from them.
#include "gabor.cuh"

namespace update {

constexpr int GROUPS = 16, STATES = 3;

enum Rule { SGD, ADAM, RMS_PROP, ADAGRAD };

// Elements begin to end - 1 of the slabs and their weight decay.
struct Group {
    long long begin, end;
    float decay;
    int unused;
};

struct Slab {
    float* weights;
    const float *gradients, *rate;
    const float* factors;  // two, of SGD with momentum and Adam, from update_factors
    const int* guard;      // nothing is done if it points to a number that is not 0
    float* states[STATES];
    long long size;
    Group groups[GROUPS];
    // SGD: first = momentum. Adam: beta1, 1 - beta1, beta2, 1 - beta2. RMSProp: alpha, 1 - alpha, momentum.
    float first, one_less_first, second, one_less_second, eps;
    int rule, group_count;
    int flag;    // SGD: Nesterov. Adam: decoupled. RMSProp: centred.
    int state_count;
};

// The two factors of a step t, counted from 1: SGD with momentum, those of v and g', which are 0 and 1 in the first
// step; Adam, lr / (1 - beta1^t) and 1 / sqrt(1 - beta2^t).
struct Step {
    const int* step;  // counted from 0
    const float* rate;
    float* result;
    double first, second;  // momentum and dampening, or beta1 and beta2
    int rule, unused;
};

static_assert(sizeof(Slab) == 496 && sizeof(Step) == 48, "org.gabor.cuda.SlabLowering lays them out");

#ifdef GABOR_HOST
// ---------------------------------------------------------------------------------------------------- reference

// One weight by the formulas of org.gabor.graph.UpdateRule.
struct Weight {
    double w, state[STATES];
};

inline Weight step_reference(const Slab& s, const Step& f, Weight old, double g, double decay) {
    double lr = *s.rate, t = *f.step + 1.0, w = old.w, *state = old.state;
    bool decoupled = s.rule == ADAM && s.flag;
    if (!decoupled) g += decay * w;
    switch (s.rule) {
        case SGD: {
            if (s.state_count == 0) return {w - lr * g, {}};
            double v = t == 1 ? g : f.first * state[0] + (1 - f.second) * g;
            return {w - lr * (s.flag ? g + f.first * v : v), {v}};
        }
        case ADAM: {
            double m = f.first * state[0] + (1 - f.first) * g, v = f.second * state[1] + (1 - f.second) * g * g;
            if (decoupled) w -= lr * decay * w;
            return {w - lr / (1 - pow(f.first, t)) * m / (sqrt(v) / sqrt(1 - pow(f.second, t)) + s.eps), {m, v}};
        }
        case RMS_PROP: {
            double alpha = s.first, mean = alpha * state[0] + (1 - alpha) * g * g, q = mean;
            double a = alpha * state[1] + (1 - alpha) * g;
            if (s.flag) q -= a * a;
            double step = g / (sqrt(std::max(q, 0.0)) + s.eps);
            Weight after = {w, {mean, a}};
            if (s.state_count > 1 + s.flag) after.state[1 + s.flag] = step = s.second * state[1 + s.flag] + step;
            after.w -= lr * step;
            return after;
        }
        default: {
            double sum = state[0] + g * g;
            return {w - lr * g / (sqrt(sum) + s.eps), {sum}};
        }
    }
}
#endif

// ---------------------------------------------------------------------------------------------------- rules

// The rounding of every operation is that of the CPU backend.
__device__ inline float mixed(float keep, float old, float take, float more) { return old * keep + more * take; }

__device__ inline float stepped(const Slab& s, float w, float g, float* state, float decay, float rate, float f0, float f1) {
    bool decoupled = s.rule == ADAM && s.flag != 0;
    if (decay != 0.f && !decoupled) g = g + w * decay;
    if (s.rule == SGD) {
        if (s.state_count == 0) return w - g * rate;
        float v = mixed(f0, state[0], f1, g);
        state[0] = v;
        return w - (s.flag != 0 ? g + v * s.first : v) * rate;
    }
    if (s.rule == ADAM) {
        state[0] = mixed(s.first, state[0], s.one_less_first, g);
        state[1] = mixed(s.second, state[1], s.one_less_second, g * g);
        float root = sqrtf(state[1]) * f1 + s.eps;
        float from = decoupled && decay != 0.f ? w - w * decay * rate : w;
        return from - state[0] / root * f0;
    }
    if (s.rule == ADAGRAD) {
        state[0] = state[0] + g * g;
        return w - g / (sqrtf(state[0]) + s.eps) * rate;
    }
    float mean = mixed(s.first, state[0], s.one_less_first, g * g), variance = mean, momentum = state[1];
    state[0] = mean;
    if (s.flag != 0) {
        float a = mixed(s.first, state[1], s.one_less_first, g);
        state[1] = a;
        momentum = state[2];
        variance = mean - a * a;
        // rounding may bring it below 0; a NaN stays
        if (variance < 0.f) variance = 0.f;
    }
    float step = g / (sqrtf(variance) + s.eps);
    if (s.state_count > (s.flag != 0 ? 2 : 1)) {
        step = momentum * s.second + step;
        if (s.flag != 0) state[2] = step;
        else state[1] = step;
    }
    return w - step * rate;
}

// x^n by squaring, as the CPU backend does it.
__device__ inline double power(double x, long long n) {
    double power = 1;
    for (; n > 0; n >>= 1) {
        if (n & 1) power *= x;
        x *= x;
    }
    return power;
}

__device__ inline bool finite(unsigned bits) { return (bits & 0x7F800000u) != 0x7F800000u; }

__device__ inline float& lane(float4& x, int i) { return i == 0 ? x.x : i == 1 ? x.y : i == 2 ? x.z : x.w; }

}  // namespace update

// ---------------------------------------------------------------------------------------------------- kernels

// All groups of a rule; slabs start at multiples of 16 bytes. Four weights a thread: 8 bytes read and 4 written of a
// weight, and 8 for each state.
// Block 256, grid ceil(size / 1024).
extern "C" __global__ void __launch_bounds__(256) update_slab(const update::Slab s) {
    if (*s.guard != 0) return;
    long long i = ((long long)blockIdx.x * blockDim.x + threadIdx.x) * 4;
    float decay[4] = {0.f, 0.f, 0.f, 0.f};
    int in = 0;
    for (int k = 0; k < s.group_count; k++) {
        if (i >= s.groups[k].end || i + 4 <= s.groups[k].begin) continue;
#pragma unroll
        for (int e = 0; e < 4; e++)
            if (i + e >= s.groups[k].begin && i + e < s.groups[k].end) {
                decay[e] = s.groups[k].decay;
                in |= 1 << e;
            }
    }
    if (in == 0) return;
    float rate = *s.rate, f0 = 0.f, f1 = 0.f;
    if (s.factors != nullptr) {
        f0 = s.factors[0];
        f1 = s.factors[1];
    }
    if (in == 15) {
        float4 w = *(const float4*)(s.weights + i), g = *(const float4*)(s.gradients + i), state[update::STATES];
#pragma unroll
        for (int k = 0; k < update::STATES; k++)
            state[k] = k < s.state_count ? *(const float4*)(s.states[k] + i) : make_float4(0.f, 0.f, 0.f, 0.f);
#pragma unroll
        for (int e = 0; e < 4; e++) {
            float own[update::STATES];
#pragma unroll
            for (int k = 0; k < update::STATES; k++) own[k] = update::lane(state[k], e);
            update::lane(w, e) = update::stepped(s, update::lane(w, e), update::lane(g, e), own, decay[e], rate, f0, f1);
#pragma unroll
            for (int k = 0; k < update::STATES; k++) update::lane(state[k], e) = own[k];
        }
        *(float4*)(s.weights + i) = w;
#pragma unroll
        for (int k = 0; k < update::STATES; k++)
            if (k < s.state_count) *(float4*)(s.states[k] + i) = state[k];
        return;
    }
#pragma unroll 1
    for (int e = 0; e < 4; e++) {
        if ((in >> e & 1) == 0) continue;
        float own[update::STATES];
#pragma unroll
        for (int k = 0; k < update::STATES; k++) own[k] = k < s.state_count ? s.states[k][i + e] : 0.f;
        s.weights[i + e] = update::stepped(s, s.weights[i + e], s.gradients[i + e], own, decay[e], rate, f0, f1);
#pragma unroll
        for (int k = 0; k < update::STATES; k++)
            if (k < s.state_count) s.states[k][i + e] = own[k];
    }
}
REGISTER(update_slab)

// Block 1, grid 1.
extern "C" __global__ void update_factors(const update::Step s) {
    long long t = 1LL + *s.step;
    double first = t == 1 ? 0 : s.first, second = t == 1 ? 1 : 1 - s.second;
    if (s.rule == update::ADAM) {
        first = *s.rate / (1 - update::power(s.first, t));
        second = 1 / sqrt(1 - update::power(s.second, t));
    }
    s.result[0] = (float)first;
    s.result[1] = (float)second;
}
REGISTER(update_factors)

// Sets guard[0], and guard[1] to the step, unless it is set, if the loss or one of the gradients is NaN or infinite.
// Gradients start at a multiple of 16 bytes. Threads that find something all write the same, so their order does not
// matter.
// Block 256, grid ceil(count / 4096), at least 1.
extern "C" __global__ void __launch_bounds__(256)
update_finite(int* guard, const int* step, const float* loss, const float* gradients, long long count) {
    if (guard[0] != 0) return;
    bool ok = update::finite(__float_as_uint(*loss));
    long long first = (long long)blockIdx.x * 4096 + threadIdx.x * 4;
#pragma unroll
    for (int k = 0; k < 4; k++) {
        long long i = first + k * 1024;
        if (i + 4 <= count) {
            float4 x = *(const float4*)(gradients + i);
            ok = ok && update::finite(__float_as_uint(x.x)) && update::finite(__float_as_uint(x.y))
                && update::finite(__float_as_uint(x.z)) && update::finite(__float_as_uint(x.w));
        } else {
            for (long long j = i; j < count; j++) ok = ok && update::finite(__float_as_uint(gradients[j]));
        }
    }
    if (ok) return;
    guard[1] = *step;
    guard[0] = 1;
}
REGISTER(update_finite)
