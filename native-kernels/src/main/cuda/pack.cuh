// Neighbouring elements that a thread reads and writes at once.
#pragma once

#include "gabor.cuh"

// V elements, aligned as a whole.
template <class T, int V> struct alignas(sizeof(T) * V) Pack {
    T at[V];
};

// How many elements of T a thread reads at once at best: 16 bytes.
template <class T> constexpr int WIDE = 16 / sizeof(T);

template <int V, class T> static __device__ __forceinline__ Pack<T, V> load(const T* from) {
    return *reinterpret_cast<const Pack<T, V>*>(from);
}

template <class T, int V> static __device__ __forceinline__ void store(T* to, Pack<T, V> values) {
    *reinterpret_cast<Pack<T, V>*>(to) = values;
}
