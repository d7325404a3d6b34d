// The element types that the libraries compute with, read and written as double. Our own roundings: none of a kernel's.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace softgpu {

enum class Type { F32, BF16 };

inline size_t bytesOf(Type type) {
    return type == Type::F32 ? 4 : 2;
}

/// Rounds to a significand of `bits` binary digits, ties to even. Subnormals of the target are kept in full: its exponents
/// are those of binary32.
inline float roundSignificand(float value, int bits) {
    if (!std::isfinite(value) || value == 0) {
        return value;
    }
    int exponent;
    double fraction = std::frexp(static_cast<double>(value), &exponent);
    constexpr int LEAST_EXPONENT = -125;
    int kept = exponent < LEAST_EXPONENT ? bits - (LEAST_EXPONENT - exponent) : bits;
    return static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(fraction, kept)), exponent - kept));
}

/// TF32, what tensor cores keep of a float: 10 digits behind the point.
inline float toTf32(float value) {
    return roundSignificand(value, 11);
}

inline double load(Type type, const void* p, size_t i) {
    if (type == Type::F32) {
        return static_cast<const float*>(p)[i];
    }
    uint32_t bits = static_cast<uint32_t>(static_cast<const uint16_t*>(p)[i]) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline void store(Type type, void* p, size_t i, double value) {
    auto single = static_cast<float>(value);
    if (type == Type::F32) {
        static_cast<float*>(p)[i] = single;
        return;
    }
    float rounded = roundSignificand(single, 8);
    uint32_t bits;
    std::memcpy(&bits, &rounded, sizeof bits);
    static_cast<uint16_t*>(p)[i] = static_cast<uint16_t>(std::isnan(rounded) ? 0x7FFF : bits >> 16);
}

inline bool overlap(const void* a, size_t aBytes, const void* b, size_t bBytes) {
    auto x = reinterpret_cast<uintptr_t>(a);
    auto y = reinterpret_cast<uintptr_t>(b);
    return x < y + bBytes && y < x + aBytes;
}

}  // namespace softgpu
