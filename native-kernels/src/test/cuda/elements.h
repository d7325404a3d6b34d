// Values of checks in both element types, and the shapes of launches that take rows.
#pragma once

#include <string>
#include <vector>

#include "check.h"
#include "gabor.cuh"

namespace elements {

constexpr double U = 0x1p-24;

/// How far the nearest number of the type may be, relatively.
template <typename T> constexpr double rounding = sizeof(T) == 4 ? U : 0x1p-8;

/// The kernel of a family and element type.
template <typename T> std::string kernel(const std::string& name) {
    return name + (sizeof(T) == 4 ? "_f32" : "_bf16");
}

/// Numbers as the type holds them; `values` become what it holds.
template <typename T> std::vector<T> stored(std::vector<double>& values) {
    std::vector<T> result;
    for (double& v : values) {
        result.push_back(convert<T>(static_cast<float>(v)));
        v = to_float(result.back());
    }
    return result;
}

/// Memory for a result, which is NaN.
template <typename T> std::vector<T> empty(size_t count) {
    return std::vector<T>(count, convert<T>(NAN));
}

inline std::vector<double> normals(check::Random& random, size_t count, double spread = 1) {
    std::vector<double> values(count);
    for (double& v : values) v = spread * random.normal();
    return values;
}

/// Small whole numbers: many are equal.
inline std::vector<double> wholes(check::Random& random, size_t count) {
    std::vector<double> values(count);
    for (double& v : values) v = random.between(-3, 3);
    return values;
}

inline std::vector<double> magnitudes(std::vector<double> values) {
    for (double& v : values) v = std::fabs(v);
    return values;
}

/// Throws unless each element is within its bound, and the rounding to T, of what is wanted.
template <typename T>
void near(const std::string& what, const std::vector<T>& got, const std::vector<double>& want,
          const std::vector<double>& bound) {
    check::that(got.size() == want.size(), what, " has ", got.size(), " elements, expected ", want.size());
    for (size_t i = 0; i < got.size(); i++) {
        double own = std::isnan(want[i]) ? 0 : std::isnan(bound[i]) ? 0 : bound[i];
        double rounded = 1.01 * rounding<T> * (std::fabs(want[i]) + own);
        check::near(what.c_str(), static_cast<long long>(i), to_float(got[i]), want[i], own + rounded);
    }
}

/// Threads along x: the least power of two that holds a row, at most `most`.
inline unsigned across(long long row, unsigned most) {
    unsigned x = 1;
    while (x < most && x < row) x *= 2;
    return x;
}

/// A launch of blocks of `threads` (times `depth` along z) over rows.
struct Launch {
    dim3 grid, block;

    Launch(long long row, long long rows, unsigned threads, unsigned depth = 1) {
        unsigned x = across(row, threads / depth), y = threads / depth / x;
        block = dim3(x, y, depth);
        long long blocks = std::min<long long>((rows + y - 1) / y, 65535);
        grid = dim3(static_cast<unsigned>((row + x - 1) / x), static_cast<unsigned>(blocks));
    }

    /// The same with at most so many blocks along y, so that a block takes several rows.
    Launch few(unsigned most) const {
        Launch l = *this;
        l.grid.y = std::min(l.grid.y, most);
        return l;
    }
};

/// Elements that a thread takes at once.
template <typename T> int width(int c) {
    int wide = 16 / static_cast<int>(sizeof(T));
    return c % wide == 0 ? wide : 1;
}

inline int channels(check::Random& random) {
    static const int some[] = {1, 3, 4, 6, 8, 16, 17, 40};
    return some[random.between(0, 7)];
}

}  // namespace elements
