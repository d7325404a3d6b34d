// The arithmetic of convolutions, naively from the definition, in double.
#include <algorithm>
#include <atomic>

#include "cudnn.h"

namespace softgpu {

namespace {

constexpr long long WORTH_A_THREAD = 200000;

Type typeOf(int dataType) {
    return dataType == DATA_BFLOAT16 ? Type::BF16 : Type::F32;
}

/// A dense [n][c][h][w] copy, or [k][c][r][s] of filters, in double.
struct Dense {
    int size[4];
    std::vector<double> values;

    explicit Dense(const int (&sizes)[4]) : size{sizes[0], sizes[1], sizes[2], sizes[3]} {
        values.resize(static_cast<size_t>(1ll * size[0] * size[1] * size[2] * size[3]));
    }

    double* row(int a, int b, int c) {
        return &values[static_cast<size_t>(((1ll * a * size[1] + b) * size[2] + c) * size[3])];
    }

    const double* row(int a, int b, int c) const {
        return const_cast<Dense*>(this)->row(a, b, c);
    }

    bool large() const {
        return static_cast<long long>(values.size()) > WORTH_A_THREAD;
    }
};

size_t at(const TensorDescriptor& t, int n, int c, int h, int w) {
    return static_cast<size_t>(static_cast<long long>(n) * t.stride[0] + static_cast<long long>(c) * t.stride[1]
                               + static_cast<long long>(h) * t.stride[2] + static_cast<long long>(w) * t.stride[3]);
}

/// Since compute capability 8.0, tensor cores may round floats to TF32 unless the math type is FMA.
bool roundsToTf32(const ConvolutionCall& call) {
    return call.x.dataType == DATA_FLOAT && call.convolution.mathType != MATH_FMA && setting("compute_capability") >= 80;
}

template <typename Index>
Dense gather(const int (&size)[4], Type type, const void* p, bool tf32, Index index) {
    Dense dense(size);
    parallelFor(size[0], dense.large(), [&](long long a) {
        for (int b = 0; b < size[1]; b++) {
            for (int c = 0; c < size[2]; c++) {
                double* row = dense.row(static_cast<int>(a), b, c);
                for (int d = 0; d < size[3]; d++) {
                    double value = load(type, p, index(static_cast<int>(a), b, c, d));
                    row[d] = tf32 ? toTf32(static_cast<float>(value)) : value;
                }
            }
        }
    });
    return dense;
}

template <typename Index>
void scatter(const Dense& dense, Type type, void* p, float alpha, float beta, Index index) {
    const int(&size)[4] = dense.size;
    parallelFor(size[0], dense.large(), [&](long long a) {
        for (int b = 0; b < size[1]; b++) {
            for (int c = 0; c < size[2]; c++) {
                const double* row = dense.row(static_cast<int>(a), b, c);
                for (int d = 0; d < size[3]; d++) {
                    size_t i = index(static_cast<int>(a), b, c, d);
                    store(type, p, i, alpha * row[d] + (beta == 0 ? 0 : beta * load(type, p, i)));
                }
            }
        }
    });
}

/// The geometry: where tap (r, s) of output (p, q) reads.
class Taps {
public:
    explicit Taps(const ConvolutionCall& call) : call(call) {
    }

    int inputRow(int p, int r) const {
        return p * call.convolution.stride[0] - call.convolution.padding[0] + r * call.convolution.dilation[0];
    }

    bool rowInside(int p, int r) const {
        int h = inputRow(p, r);
        return h >= 0 && h < call.x.size[2];
    }

    /// The input column of output column 0.
    int firstColumn(int s) const {
        return s * call.convolution.dilation[1] - call.convolution.padding[1];
    }

    /// Outputs begin .. end - 1 of a row read inside the image through tap s.
    void columns(int s, int& begin, int& end) const {
        int v = call.convolution.stride[1];
        int first = firstColumn(s);
        begin = first >= 0 ? 0 : (-first + v - 1) / v;
        end = first >= call.x.size[3] ? 0 : std::min(call.y.size[3], (call.x.size[3] - 1 - first) / v + 1);
    }

    /// A true convolution reads the filter backwards.
    int filterRow(int r) const {
        return call.convolution.mode == MODE_CONVOLUTION ? call.w.size[2] - 1 - r : r;
    }

    int filterColumn(int s) const {
        return call.convolution.mode == MODE_CONVOLUTION ? call.w.size[3] - 1 - s : s;
    }

    /// The input channel of filter k's channel c.
    int channel(int k, int c) const {
        return k / (call.w.size[0] / call.convolution.groups) * call.w.size[1] + c;
    }

private:
    const ConvolutionCall& call;
};

/// Calls body(c, r, s, h, firstColumn, begin, end) for each tap that reaches inside the image in output row p.
template <typename Body>
void eachTap(const ConvolutionCall& call, const Taps& taps, int p, Body body) {
    for (int c = 0; c < call.w.size[1]; c++) {
        for (int r = 0; r < call.w.size[2]; r++) {
            for (int s = 0; s < call.w.size[3] && taps.rowInside(p, r); s++) {
                int begin;
                int end;
                taps.columns(s, begin, end);
                body(c, r, s, taps.inputRow(p, r), taps.firstColumn(s), begin, end);
            }
        }
    }
}

/// to[i toStep] += factor from[i fromStep]
void addScaled(int n, double factor, const double* from, int fromStep, double* to, int toStep) {
    if (fromStep == 1 && toStep == 1) {
        for (int i = 0; i < n; i++) {
            to[i] += factor * from[i];
        }
        return;
    }
    for (int i = 0; i < n; i++) {
        to[i * toStep] += factor * from[i * fromStep];
    }
}

/// y[n,k,p,q] = sum over c, r, s of x[n,c,h,w] w[k,c,r,s]
Dense forward(const ConvolutionCall& call, const Dense& x, const Dense& w) {
    Taps taps(call);
    Dense y(call.y.size);
    int v = call.convolution.stride[1];
    parallelFor(call.y.size[0], y.large() || x.large(), [&](long long image) {
        int n = static_cast<int>(image);
        for (int k = 0; k < call.w.size[0]; k++) {
            for (int p = 0; p < call.y.size[2]; p++) {
                double* sums = y.row(n, k, p);
                eachTap(call, taps, p, [&](int c, int r, int s, int h, int first, int begin, int end) {
                    const double* pixels = x.row(n, taps.channel(k, c), h);
                    double weight = w.row(k, c, taps.filterRow(r))[taps.filterColumn(s)];
                    addScaled(end - begin, weight, pixels + first + begin * v, v, sums + begin, 1);
                });
            }
        }
    });
    return y;
}

/// dx[n,c,h,w] = sum over the k, p, q, r, s that read it of dy[n,k,p,q] w[k,c,r,s]
Dense backwardData(const ConvolutionCall& call, const Dense& dy, const Dense& w) {
    Taps taps(call);
    Dense dx(call.x.size);
    int v = call.convolution.stride[1];
    parallelFor(call.x.size[0], dx.large() || dy.large(), [&](long long image) {
        int n = static_cast<int>(image);
        for (int k = 0; k < call.w.size[0]; k++) {
            for (int p = 0; p < call.y.size[2]; p++) {
                const double* gradients = dy.row(n, k, p);
                eachTap(call, taps, p, [&](int c, int r, int s, int h, int first, int begin, int end) {
                    double* pixels = dx.row(n, taps.channel(k, c), h);
                    double weight = w.row(k, c, taps.filterRow(r))[taps.filterColumn(s)];
                    addScaled(end - begin, weight, gradients + begin, 1, pixels + first + begin * v, v);
                });
            }
        }
    });
    return dx;
}

/// dw[k,c,r,s] = sum over n, p, q of dy[n,k,p,q] x[n,c,h,w]
Dense backwardFilter(const ConvolutionCall& call, const Dense& x, const Dense& dy) {
    Taps taps(call);
    Dense dw(call.w.size);
    int v = call.convolution.stride[1];
    parallelFor(call.w.size[0], x.large() || dy.large(), [&](long long filter) {
        int k = static_cast<int>(filter);
        for (int n = 0; n < call.x.size[0]; n++) {
            for (int p = 0; p < call.y.size[2]; p++) {
                const double* gradients = dy.row(n, k, p);
                eachTap(call, taps, p, [&](int c, int r, int s, int h, int first, int begin, int end) {
                    const double* pixels = x.row(n, taps.channel(k, c), h);
                    double sum = 0;
                    for (int q = begin; q < end; q++) {
                        sum += gradients[q] * pixels[first + q * v];
                    }
                    dw.row(k, c, taps.filterRow(r))[taps.filterColumn(s)] += sum;
                });
            }
        }
    });
    return dw;
}

/// Atomic adds in float leave errors that depend on their order: here each call leaves others, of half a unit of float.
void unsettle(Dense& sums) {
    static std::atomic<unsigned> calls{0};
    unsigned seed = ++calls * 2654435761u;
    for (double& value : sums.values) {
        seed = seed * 1664525u + 1013904223u;
        value *= 1 + (static_cast<double>(seed >> 8) / (1 << 24) - 0.5) * 0x1p-22;
    }
}

}  // namespace

Result computeConvolution(const ConvolutionCall& call, void* x, void* w, void* y, float alpha, float beta) {
    auto tensorIndex = [](const TensorDescriptor& t) { return [&t](int n, int c, int h, int q) { return at(t, n, c, h, q); }; };
    auto filterIndex = [&](int k, int c, int r, int s) { return call.w.at(k, c, r, s); };
    Type type = typeOf(call.x.dataType);
    bool tf32 = roundsToTf32(call);
    auto readX = [&] { return gather(call.x.size, type, x, tf32, tensorIndex(call.x)); };
    auto readY = [&] { return gather(call.y.size, type, y, tf32, tensorIndex(call.y)); };
    auto readW = [&] { return gather(call.w.size, type, w, tf32, filterIndex); };
    Dense result = call.direction == Direction::FORWARD ? forward(call, readX(), readW())
        : call.direction == Direction::BACKWARD_DATA    ? backwardData(call, readY(), readW())
                                                        : backwardFilter(call, readX(), readY());
    if (!deterministic(call.direction, call.algorithm)) {
        unsettle(result);
    }
    switch (call.direction) {
        case Direction::FORWARD:
            scatter(result, type, y, alpha, beta, tensorIndex(call.y));
            break;
        case Direction::BACKWARD_DATA:
            scatter(result, type, x, alpha, beta, tensorIndex(call.x));
            break;
        default:
            scatter(result, type, w, alpha, beta, filterIndex);
    }
    return SUCCESS;
}

}  // namespace softgpu
