// Checks of kernels on the CPU: a check draws a shape and values from random numbers, launches kernels and compares what
// they made with a plain reference. Every check runs many times, each with its own seed.
//
//   CHECK(pooling_max) {
//       int c = random.between(1, 70);
//       ...
//       gabor::host::run("pool_max", grid, block, 0, arguments...);
//       check::near("y", i, y[i], reference, bound);
//   }
#pragma once

#include <cmath>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace check {

/// Random numbers of one run of a check.
class Random {
public:
    explicit Random(unsigned seed) : engine(seed) {
    }

    /// A whole number from low to high, both included.
    int between(int low, int high) {
        return std::uniform_int_distribution<int>(low, high)(engine);
    }

    /// True once in `times`.
    bool once(int times) {
        return between(1, times) == 1;
    }

    /// The standard normal distribution.
    float normal() {
        return std::normal_distribution<float>()(engine);
    }

    /// Uniform in [low, high).
    float uniform(float low, float high) {
        return std::uniform_real_distribution<float>(low, high)(engine);
    }

    unsigned bits() {
        return static_cast<unsigned>(engine());
    }

    /// So many numbers of the standard normal distribution.
    std::vector<float> normals(size_t count) {
        std::vector<float> values(count);
        for (float& v : values) {
            v = normal();
        }
        return values;
    }

private:
    std::mt19937 engine;
};

/// Throws unless `holds`; the message is made of all further arguments.
template <typename... Parts>
void that(bool holds, const Parts&... message) {
    if (holds) {
        return;
    }
    std::ostringstream text;
    text.precision(9);
    (text << ... << message);
    throw std::runtime_error(text.str());
}

/// Throws unless `got` is within `bound` of `want`; NaN is near NaN only, an infinity near itself only.
inline void near(const char* what, long long index, double got, double want, double bound) {
    bool same = got == want || (std::isnan(got) && std::isnan(want));
    that(same || std::fabs(got - want) <= bound, what, '[', index, "] is ", got, ", expected ", want, " within ", bound);
}

using Check = void (*)(Random& random);

/// Puts a check on the list.
bool add(const char* name, Check check);

}  // namespace check

#define CHECK(name)                                                   \
    static void name(check::Random& random);                          \
    [[maybe_unused]] static const bool added_##name = check::add(#name, name); \
    static void name([[maybe_unused]] check::Random& random)
