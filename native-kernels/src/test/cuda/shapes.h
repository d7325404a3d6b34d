// Shapes of checks: dense values in memory order, and walks over several of them that broadcast.
#pragma once

#include <vector>

#include "check.h"
#include "division.cuh"

namespace shapes {

using Coordinates = std::vector<long long>;

/// Dimensions in memory order, outermost first.
struct Dims {
    std::vector<int> dims;

    long long size() const {
        long long size = 1;
        for (int d : dims) {
            size *= d;
        }
        return size;
    }

    Coordinates coordinates(long long i) const {
        Coordinates at(dims.size());
        for (size_t k = dims.size(); k-- > 0; i /= dims[k]) {
            at[k] = i % dims[k];
        }
        return at;
    }

    /// The place of an element; a dimension of 1 serves all.
    long long index(const Coordinates& at) const {
        long long i = 0;
        for (size_t k = 0; k < dims.size(); k++) {
            i = i * dims[k] + (dims[k] == 1 ? 0 : at[k]);
        }
        return i;
    }
};

/// An axis of a walk: turns, and for each operand how far one moves it.
struct Axis {
    long long count;
    std::vector<long long> strides;
};

/// The walk over `dims` in memory order with as few axes as possible, the outermost first.
inline std::vector<Axis> walk(const Dims& dims, const std::vector<Dims>& operands) {
    std::vector<Axis> axes;
    for (size_t k = 0; k < dims.dims.size(); k++) {
        Axis axis{dims.dims[k], {}};
        for (const Dims& o : operands) {
            long long stride = 1;
            for (size_t j = k + 1; j < o.dims.size(); j++) {
                stride *= o.dims[j];
            }
            axis.strides.push_back(o.dims[k] == dims.dims[k] && o.dims[k] > 1 ? stride : 0);
        }
        if (axis.count == 1) {
            continue;
        }
        bool one = !axes.empty();
        for (size_t o = 0; one && o < operands.size(); o++) {
            one = axes.back().strides[o] == axis.strides[o] * axis.count;
        }
        if (one) {
            axis.count *= axes.back().count;
            axes.pop_back();
        }
        axes.push_back(axis);
    }
    if (axes.empty()) {
        axes.push_back({1, std::vector<long long>(operands.size(), 0)});
    }
    return axes;
}

/// Division by d, see division.cuh.
inline Divisor divisor(unsigned d) {
    unsigned shift = 0;
    while ((1ull << shift) < d) {
        shift++;
    }
    unsigned long long multiplier = (((1ull << shift) - d) << 32) / d + 1;
    return {d, static_cast<unsigned>(multiplier), shift};
}

/// A shape of up to some thousand elements: an image as n, h, w, c, or any rank up to 4.
inline Dims random(check::Random& random, bool image) {
    static const int channels[] = {1, 3, 4, 6, 8, 16, 17, 64};
    if (image) {
        return {{random.between(1, 5), random.between(1, 9), random.between(1, 9), channels[random.between(0, 7)]}};
    }
    Dims d;
    for (int rank = random.between(0, 4); rank > 0; rank--) {
        d.dims.push_back(random.between(1, 9));
    }
    if (!d.dims.empty() && random.once(3)) {
        d.dims.back() = random.between(1, 700);
    }
    return d;
}

}  // namespace shapes
