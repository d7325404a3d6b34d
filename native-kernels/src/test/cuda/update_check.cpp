// Steps of every rule on random slabs with random groups, and the guard.
#include "check.h"
#include "../../main/cuda/update.cu"

using namespace update;

namespace {

/// A rule with random settings, its slabs and its step's factors.
struct Case {
    std::vector<float> weights, gradients, states[STATES], factors = {NAN, NAN};
    float rate;
    int guard[2] = {0, 0}, step;
    Slab slab = {};
    Step stepFactors = {};

    explicit Case(check::Random& random) {
        size_t size = static_cast<size_t>(random.between(1, 3000));
        rate = random.uniform(0.001f, 0.1f);
        step = random.once(2) ? 0 : random.between(1, 20000);
        weights = random.normals(size);
        gradients = random.normals(size);
        for (auto& s : states) s = random.normals(size);
        slab.weights = weights.data();
        slab.gradients = gradients.data();
        slab.rate = &rate;
        slab.guard = guard;
        slab.size = static_cast<long long>(size);
        for (int k = 0; k < STATES; k++) slab.states[k] = states[k].data();
        groups(random);
        rule(random);
        stepFactors.step = &step;
        stepFactors.rate = &rate;
        stepFactors.result = factors.data();
        stepFactors.rule = slab.rule;
    }

    /// A copy for comparison: its slabs are its own, its pointers are the original's.
    Case(const Case&) = default;

    void groups(check::Random& random) {
        slab.group_count = random.between(1, GROUPS);
        long long at = 0;
        for (int k = 0; k < slab.group_count; k++) {
            // gaps between groups, groups of nothing, and groups that end within four weights
            long long begin = std::min(slab.size, at + random.between(0, 5)), longest = slab.size / slab.group_count;
            long long end = std::min(slab.size, begin + random.between(0, static_cast<int>(longest) + 1));
            slab.groups[k] = {begin, end, random.once(2) ? 0 : random.uniform(0, 0.1f), 0};
            at = end;
        }
    }

    void rule(check::Random& random) {
        slab.rule = random.between(SGD, ADAGRAD);
        slab.flag = random.between(0, 1);
        slab.eps = random.once(2) ? 1e-8f : 1e-3f;
        double first = random.uniform(0.5f, 0.99f), second = random.uniform(0.5f, 0.999f);
        bool momentum = random.once(2);
        switch (slab.rule) {
            case SGD:
                slab.state_count = momentum ? 1 : 0;
                stepFactors.first = first;
                stepFactors.second = random.once(2) ? 0 : 0.25;
                break;
            case ADAM:
                slab.state_count = 2;
                stepFactors.first = first;
                stepFactors.second = second;
                positive(1);
                break;
            case RMS_PROP:
                slab.state_count = 1 + slab.flag + momentum;
                positive(0);
                if (slab.flag)
                    for (float& a : states[1]) a *= 0.1f;
                break;
            default:
                slab.state_count = 1;
                positive(0);
        }
        slab.first = static_cast<float>(first);
        slab.one_less_first = static_cast<float>(1 - first);
        slab.second = static_cast<float>(second);
        slab.one_less_second = static_cast<float>(1 - second);
        if (slab.rule == ADAM || slab.state_count > 0) slab.factors = factors.data();
    }

    /// Means of squares are no less than the square of a mean.
    void positive(int state) {
        for (float& v : states[state]) v = v * v + 0.1f;
    }

    /// The rule that a weight belongs to, or null.
    const Group* group(long long i) const {
        for (int k = 0; k < slab.group_count; k++)
            if (slab.groups[k].begin <= i && i < slab.groups[k].end) return &slab.groups[k];
        return nullptr;
    }

    void run() const {
        if (slab.rule <= ADAM) gabor::host::run("update_factors", 1, 1, 0, stepFactors);
        gabor::host::run("update_slab", dim3(static_cast<unsigned>((slab.size + 1023) / 1024)), 256, 0, slab);
    }
};

}  // namespace

CHECK(update_slab_step) {
    Case c(random);
    const Case before(c);
    c.run();
    for (long long i = 0; i < c.slab.size; i++) {
        const Group* g = c.group(i);
        Weight old = {before.weights[i], {}};
        for (int k = 0; k < c.slab.state_count; k++) old.state[k] = before.states[k][i];
        Weight want = g == nullptr ? old : step_reference(c.slab, c.stepFactors, old, before.gradients[i], g->decay);
        double error = g == nullptr ? 0 : 0x1p-22 * (1 + std::fabs(old.w));
        // a weight moves by the rate times a step, whose root may be small
        check::near("w", i, c.weights[i], want.w, error + 2e-6 * (std::fabs(want.w - old.w) + c.rate * error));
        for (int k = 0; k < STATES; k++) {
            double state = k < c.slab.state_count ? want.state[k] : before.states[k][i];
            bool changed = g != nullptr && k < c.slab.state_count;
            check::near("state", i, c.states[k][i], state, changed ? 4e-7 * (1 + std::fabs(state) + std::fabs(old.state[k])) * 4 : 0);
        }
    }
    check::that(c.gradients == before.gradients, "the gradients have changed");
}

CHECK(update_slab_behind_a_closed_guard) {
    Case c(random);
    const Case before(c);
    c.guard[0] = 1;
    c.run();
    check::that(c.weights == before.weights, "the weights have changed");
    for (int k = 0; k < STATES; k++) check::that(c.states[k] == before.states[k], "state ", k, " has changed");
}

CHECK(update_factors_of_a_step) {
    float rate = random.uniform(0.001f, 0.1f), result[2] = {NAN, NAN};
    int step = random.once(3) ? 0 : random.once(4) ? 2147483647 : random.between(1, 100000);
    double first = random.uniform(0, 0.999f), second = random.uniform(0, 0.9999f), t = step + 1.0;
    bool adam = random.once(2);
    gabor::host::run("update_factors", 1, 1, 0, Step{&step, &rate, result, first, second, adam ? ADAM : SGD, 0});
    double want0 = adam ? rate / (1 - std::pow(first, t)) : t == 1 ? 0 : first;
    double want1 = adam ? 1 / std::sqrt(1 - std::pow(second, t)) : t == 1 ? 1 : 1 - second;
    check::near("factor", 0, result[0], want0, 0x1.01p-24 * want0);
    check::near("factor", 1, result[1], want1, 0x1.01p-24 * want1);
}

CHECK(update_finite_guard) {
    int count = random.between(1, 9000), step = random.between(1, 999), set = random.once(4) ? 1 : 0, guard[2] = {set, set * 17};
    float loss = random.once(6) ? NAN : random.normal();
    std::vector<float> gradients = random.normals(static_cast<size_t>(count));
    gradients[0] = 3.4028235e38f;
    bool bad = random.once(2);
    if (bad) gradients[static_cast<size_t>(random.between(0, count - 1))] = random.once(2) ? NAN : random.once(2) ? INFINITY : -INFINITY;
    gabor::host::run("update_finite", dim3(static_cast<unsigned>((count + 4095) / 4096)), 256, 0, static_cast<int*>(guard),
        static_cast<const int*>(&step), static_cast<const float*>(&loss), static_cast<const float*>(gradients.data()),
        static_cast<long long>(count));
    bool fires = set == 0 && (bad || std::isnan(loss));
    check::that(guard[0] == (set || fires) && guard[1] == (fires ? step : set * 17), "the guard is ", guard[0], ", ", guard[1],
        " for ", count, " gradients, bad ", bad, ", loss ", loss);
}
