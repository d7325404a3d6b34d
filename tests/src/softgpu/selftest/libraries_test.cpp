// cuBLAS and cuDNN: small whole numbers, whose sums are exact, against the definition; and what the manuals refuse.
#include <cstdint>

#include "selftest.h"

namespace {

std::vector<float> small(size_t n, int seed) {
    std::vector<float> values(n);
    for (size_t i = 0; i < n; i++) {
        values[i] = static_cast<float>(static_cast<int>((i * 7 + static_cast<size_t>(seed)) % 9) - 4);
    }
    return values;
}

const float ONE = 1;
const float ZERO = 0;

/// The descriptors of one convolution in NHWC, and its buffers.
struct Convolution {
    int n, c, h, w, k, r, s, stride, padding, dilation, groups, p, q;
    void* handle = nullptr;
    void* x = nullptr;
    void* y = nullptr;
    void* filters = nullptr;
    void* convolution = nullptr;

    Convolution(Device& device, int format, int type = 0) : n(2), c(4), h(7), w(6), k(6), r(3), s(2), stride(2), padding(1),
            dilation(2), groups(2) {
        p = (h + 2 * padding - (dilation * (r - 1) + 1)) / stride + 1;
        q = (w + 2 * padding - (dilation * (s - 1) + 1)) / stride + 1;
        RETURNS(0, cudnnCreate(&handle));
        RETURNS(0, cudnnSetStream(handle, device.stream));
        RETURNS(0, cudnnCreateTensorDescriptor(&x));
        RETURNS(0, cudnnCreateTensorDescriptor(&y));
        RETURNS(0, cudnnCreateFilterDescriptor(&filters));
        RETURNS(0, cudnnCreateConvolutionDescriptor(&convolution));
        RETURNS(0, cudnnSetTensor4dDescriptor(x, format, type, n, c, h, w));
        RETURNS(0, cudnnSetTensor4dDescriptor(y, format, type, n, k, p, q));
        RETURNS(0, cudnnSetFilter4dDescriptor(filters, type, format, k, c / groups, r, s));
        RETURNS(0, cudnnSetConvolution2dDescriptor(convolution, padding, padding, stride, stride, dilation, dilation, 1, 0));
        RETURNS(0, cudnnSetConvolutionGroupCount(convolution, groups));
        RETURNS(0, cudnnSetConvolutionMathType(convolution, 3));
    }

    ~Convolution() {
        RETURNS(0, cudnnDestroyTensorDescriptor(x));
        RETURNS(0, cudnnDestroyTensorDescriptor(y));
        RETURNS(0, cudnnDestroyFilterDescriptor(filters));
        RETURNS(0, cudnnDestroyConvolutionDescriptor(convolution));
        RETURNS(0, cudnnDestroy(handle));
    }

    size_t xs() const {
        return static_cast<size_t>(n * c * h * w);
    }

    size_t ys() const {
        return static_cast<size_t>(n * k * p * q);
    }

    size_t ws() const {
        return static_cast<size_t>(k * (c / groups) * r * s);
    }
};

/// Calls visit(x index, filter index, y index) for each product of the definition. NHWC or NCHW.
void eachProduct(const Convolution& v, bool nhwc, const std::function<void(size_t, size_t, size_t)>& visit) {
    int cg = v.c / v.groups;
    auto index = [&](int a, int b, int i, int j, int B, int I, int J) {
        return static_cast<size_t>(nhwc ? ((a * I + i) * J + j) * B + b : ((a * B + b) * I + i) * J + j);
    };
    for (int i = 0; i < v.n * v.k * v.p * v.q * cg * v.r * v.s; i++) {
        int rest = i;
        auto next = [&rest](int size) {
            int value = rest % size;
            rest /= size;
            return value;
        };
        int n = next(v.n), k = next(v.k), p = next(v.p), q = next(v.q), c = next(cg), r = next(v.r), s = next(v.s);
        int h = p * v.stride - v.padding + r * v.dilation;
        int w = q * v.stride - v.padding + s * v.dilation;
        if (h >= 0 && h < v.h && w >= 0 && w < v.w) {
            visit(index(n, k / (v.k / v.groups) * cg + c, h, w, v.c, v.h, v.w), index(k, c, r, s, cg, v.r, v.s),
                  index(n, k, p, q, v.k, v.p, v.q));
        }
    }
}

}  // namespace

TEST(productsAreColumnMajorInAllTranspositions) {
    Device device;
    void* handle;
    RETURNS(0, cublasCreate_v2(&handle));
    RETURNS(0, cublasSetStream_v2(handle, device.stream));
    int m = 5, n = 4, k = 7;
    std::vector<float> a = small(200, 1), b = small(200, 2), c = small(200, 3);
    float alpha = 2, beta = -1;
    for (int ta : {0, 1}) {
        for (int tb : {0, 1}) {
            int lda = (ta ? k : m) + 2, ldb = (tb ? n : k) + 1, ldc = m + 3;
            DevicePointer da = device.floats(a), db = device.floats(b), dc = device.floats(c);
            RETURNS(0, cublasSgemm_v2(handle, ta, tb, m, n, k, &alpha, reinterpret_cast<float*>(da), lda,
                                      reinterpret_cast<float*>(db), ldb, &beta, reinterpret_cast<float*>(dc), ldc));
            std::vector<float> expected = c;
            for (int j = 0; j < n; j++) {
                for (int i = 0; i < m; i++) {
                    float sum = 0;
                    for (int l = 0; l < k; l++) {
                        int inA = ta ? l + i * lda : i + l * lda;
                        int inB = tb ? j + l * ldb : l + j * ldb;
                        sum += a[static_cast<size_t>(inA)] * b[static_cast<size_t>(inB)];
                    }
                    expected[static_cast<size_t>(i + j * ldc)] = alpha * sum + beta * c[static_cast<size_t>(i + j * ldc)];
                }
            }
            CHECK(device.read(dc, c.size()) == expected);
        }
    }
    RETURNS(0, cublasDestroy_v2(handle));
}

TEST(productsCheckTheirArguments) {
    Device device;
    void* handle;
    RETURNS(0, cublasCreate_v2(&handle));
    RETURNS(0, cublasSetStream_v2(handle, device.stream));
    DevicePointer p = device.floats(small(16, 1));
    DevicePointer result = device.memory(64);
    auto* a = reinterpret_cast<float*>(p);
    auto* c = reinterpret_cast<float*>(result);
    RETURNS(7, cublasSgemm_v2(handle, 0, 0, 4, 4, 4, &ONE, a, 3, a, 4, &ZERO, c, 4));
    RETURNS(7, cublasSgemm_v2(handle, 0, 0, -1, 4, 4, &ONE, a, 4, a, 4, &ZERO, c, 4));
    RETURNS(7, cublasSgemm_v2(handle, 3, 0, 4, 4, 4, &ONE, a, 4, a, 4, &ZERO, c, 4));
    RETURNS(7, cublasSgemm_v2(handle, 0, 0, 4, 4, 4, nullptr, a, 4, a, 4, &ZERO, c, 4));
    RETURNS(15, cublasGemmEx(handle, 0, 0, 4, 4, 4, &ONE, a, 0, 4, a, 14, 4, &ZERO, c, 0, 4, 68, -1));
    RETURNS(0, cublasSgemm_v2(handle, 0, 0, 4, 4, 4, &ONE, a, 4, a, 4, &ZERO, c, 4));
    for (float value : device.read(result, 16)) {
        CHECK(!std::isnan(value));
    }
    RETURNS(0, cublasSgemm_v2(handle, 0, 0, 4, 4, 4, &ONE, a, 4, a, 5, &ZERO, c, 4));
    RETURNS(700, cuStreamSynchronize(device.stream));
    RETURNS(13, cublasSgemm_v2(handle, 0, 0, 4, 4, 4, &ONE, a, 4, a, 4, &ZERO, c, 4));
    RETURNS(0, cublasDestroy_v2(handle));
}

TEST(bfloat16ProductsAccumulateInFloat) {
    Device device;
    void* handle;
    RETURNS(0, cublasCreate_v2(&handle));
    RETURNS(0, cublasSetStream_v2(handle, device.stream));
    // 256 ones and a half: in bfloat16 sums the half would be lost on the way; the end result rounds to even.
    std::vector<uint16_t> ones(260, 0x3F80);
    ones[0] = 0x3F00;
    DevicePointer a = device.memory(ones.size() * 2);
    DevicePointer b = device.memory(ones.size() * 2);
    DevicePointer c = device.memory(4);
    RETURNS(0, cuMemcpyHtoD_v2(a, ones.data(), ones.size() * 2));
    ones[0] = 0x3F80;
    RETURNS(0, cuMemcpyHtoD_v2(b, ones.data(), ones.size() * 2));
    auto* pa = reinterpret_cast<void*>(a);
    auto* pb = reinterpret_cast<void*>(b);
    RETURNS(0, cublasGemmEx(handle, 1, 0, 1, 1, 260, &ONE, pa, 14, 260, pb, 14, 260, &ZERO, reinterpret_cast<void*>(c), 0, 1, 68,
                            -1));
    CHECK(device.read(c, 1)[0] == 259.5f);
    RETURNS(0, cublasGemmEx(handle, 1, 0, 1, 1, 260, &ONE, pa, 14, 260, pb, 14, 260, &ZERO, reinterpret_cast<void*>(c), 14, 1,
                            68, -1));
    uint16_t rounded;
    RETURNS(0, cuMemcpyDtoH_v2(&rounded, c, 2));
    CHECK(rounded == 0x4382);
    RETURNS(0, cublasDestroy_v2(handle));
}

TEST(tf32RoundsInputsOnlyWhereAllowed) {
    Device device;
    void* handle;
    RETURNS(0, cublasCreate_v2(&handle));
    RETURNS(0, cublasSetStream_v2(handle, device.stream));
    DevicePointer x = device.floats({1 + 0x1p-20f});
    DevicePointer y = device.floats({1});
    DevicePointer c = device.memory(4);
    auto multiply = [&] {
        RETURNS(0, cublasSgemm_v2(handle, 0, 0, 1, 1, 1, &ONE, reinterpret_cast<float*>(x), 1, reinterpret_cast<float*>(y), 1,
                                  &ZERO, reinterpret_cast<float*>(c), 1));
        return device.read(c, 1)[0];
    };
    CHECK(multiply() == 1 + 0x1p-20f);
    RETURNS(0, cublasSetMathMode(handle, 3));
    CHECK(multiply() == 1);
    RETURNS(0, cublasDestroy_v2(handle));
}

TEST(convolutionsFollowTheDefinition) {
    for (int format : {0, 1}) {
        Device device;
        Convolution v(device, format);
        std::vector<float> x = small(v.xs(), 1), w = small(v.ws(), 2), y = small(v.ys(), 3);
        std::vector<float> dx(v.xs()), dw(v.ws()), expected(v.ys());
        eachProduct(v, format == 1, [&](size_t i, size_t f, size_t o) {
            expected[o] += x[i] * w[f];
            dx[i] += y[o] * w[f];
            dw[f] += y[o] * x[i];
        });
        DevicePointer px = device.floats(x), pw = device.floats(w), py = device.floats(y);
        DevicePointer rx = device.memory(v.xs() * 4), rw = device.memory(v.ws() * 4), ry = device.memory(v.ys() * 4);
        DevicePointer workspace = device.memory(4096);
        auto at = [](DevicePointer p) { return reinterpret_cast<void*>(p); };
        RETURNS(0, cudnnConvolutionForward(v.handle, &ONE, v.x, at(px), v.filters, at(pw), v.convolution, 1, at(workspace), 4096,
                                           &ZERO, v.y, at(ry)));
        CHECK(device.read(ry, v.ys()) == expected);
        RETURNS(0, cudnnConvolutionBackwardData(v.handle, &ONE, v.filters, at(pw), v.y, at(py), v.convolution, 1, at(workspace),
                                                4096, &ZERO, v.x, at(rx)));
        CHECK(device.read(rx, v.xs()) == dx);
        RETURNS(0, cudnnConvolutionBackwardFilter(v.handle, &ONE, v.x, at(px), v.y, at(py), v.convolution, 1, at(workspace),
                                                  4096, &ZERO, v.filters, at(rw)));
        CHECK(device.read(rw, v.ws()) == dw);
        RETURNS(0, cudnnConvolutionBackwardFilter(v.handle, &ONE, v.x, at(px), v.y, at(py), v.convolution, 1, at(workspace),
                                                  4096, &ONE, v.filters, at(rw)));
        CHECK(device.read(rw, v.ws())[5] == 2 * dw[5]);
    }
}

TEST(algorithmsThatAreNotDeterministicAreNot) {
    Device device;
    Convolution v(device, 1);
    std::vector<float> x = small(v.xs(), 1), y = small(v.ys(), 3);
    for (float& value : x) {
        value /= 3;
    }
    DevicePointer px = device.floats(x), py = device.floats(y);
    DevicePointer first = device.memory(v.ws() * 4), second = device.memory(v.ws() * 4);
    auto gradient = [&](DevicePointer result) {
        RETURNS(0, cudnnConvolutionBackwardFilter(v.handle, &ONE, v.x, reinterpret_cast<void*>(px), v.y,
                                                  reinterpret_cast<void*>(py), v.convolution, 0, nullptr, 0, &ZERO, v.filters,
                                                  reinterpret_cast<void*>(result)));
        return device.read(result, v.ws());
    };
    CHECK(gradient(first) != gradient(second));
}

TEST(convolutionsRefuseWhatTheManualRefuses) {
    Device device;
    Convolution v(device, 1);
    DevicePointer x = device.memory(v.xs() * 4), w = device.memory(v.ws() * 4), y = device.memory(v.ys() * 4);
    DevicePointer workspace = device.memory(4096);
    auto call = [&](int algorithm, DevicePointer scratch, size_t bytes) {
        return cudnnConvolutionForward(v.handle, &ONE, v.x, reinterpret_cast<void*>(x), v.filters, reinterpret_cast<void*>(w),
                                       v.convolution, algorithm, reinterpret_cast<void*>(scratch), bytes, &ZERO, v.y,
                                       reinterpret_cast<void*>(y));
    };
    size_t wanted;
    RETURNS(0, cudnnGetConvolutionForwardWorkspaceSize(v.handle, v.x, v.filters, v.convolution, v.y, 1, &wanted));
    CHECK(wanted > 0 && wanted <= 4096);
    RETURNS(0, call(1, workspace, wanted));
    RETURNS(2006, call(1, workspace, wanted - 1));
    RETURNS(2006, call(1, 0, wanted));
    RETURNS(3000, call(2, workspace, 4096));
    RETURNS(2000, call(17, workspace, 4096));
    RETURNS(0, cudnnSetConvolutionGroupCount(v.convolution, 1));
    RETURNS(2000, call(1, workspace, 4096));
    RETURNS(0, cudnnSetConvolutionGroupCount(v.convolution, v.groups));
    RETURNS(0, cudnnSetTensor4dDescriptor(v.y, 1, 0, v.n, v.k, v.p, v.q + 1));
    RETURNS(2008, call(1, workspace, 4096));
    RETURNS(0, cudnnSetTensor4dDescriptor(v.y, 0, 0, v.n, v.k, v.p, v.q));
    RETURNS(3000, call(1, workspace, 4096));
    RETURNS(3000, cudnnSetTensor4dDescriptor(v.y, 1, 0, 1 << 20, 1 << 10, 4, 4));
    RETURNS(2000, cudnnSetTensor4dDescriptor(v.y, 1, 0, 0, 1, 4, 4));
    RETURNS(0, cudnnSetTensor4dDescriptor(v.y, 1, 0, v.n, v.k, v.p, v.q));
    RETURNS(0, call(1, x, 4096));
    RETURNS(700, cuStreamSynchronize(device.stream));
    RETURNS(5000, call(1, workspace, 4096));
}
