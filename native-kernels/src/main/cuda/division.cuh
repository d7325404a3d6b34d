// Division by a number that the host knows: a multiplication and two shifts instead of the dozens of instructions of an
// integer division (Granlund and Montgomery 1994).
#pragma once

// For divisor d from 1 to 2^31: with l the smallest number for which 2^l >= d, multiplier = floor(2^32 (2^l - d) / d) + 1
// and shift = l.
struct Divisor {
    unsigned divisor, multiplier, shift;
};

// floor(n / d), for n from 0 to 2^63 - 1.
__device__ inline long long quotient(long long n, const Divisor& by) {
    if (n >> 32) return n / by.divisor;
    unsigned low = (unsigned)n;
    unsigned high = (unsigned)(((unsigned long long)low * by.multiplier) >> 32);
    unsigned first = by.shift < 1 ? by.shift : 1;
    return (high + ((low - high) >> first)) >> (by.shift - first);
}
