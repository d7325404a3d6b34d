// libcublas: handles and matrix products, from the cuBLAS reference. Matrices are column-major.
#include <algorithm>

#include "device.h"
#include "numbers.h"

namespace softgpu {

namespace {

/// cublasStatus_t.
enum Status {
    STATUS_SUCCESS = 0,
    STATUS_NOT_INITIALIZED = 1,
    STATUS_ALLOC_FAILED = 3,
    STATUS_INVALID_VALUE = 7,
    STATUS_ARCH_MISMATCH = 8,
    STATUS_MAPPING_ERROR = 11,
    STATUS_EXECUTION_FAILED = 13,
    STATUS_INTERNAL_ERROR = 14,
    STATUS_NOT_SUPPORTED = 15,
    STATUS_LICENSE_ERROR = 16,
};

// cublasMath_t, cublasPointerMode_t, cublasComputeType_t and cudaDataType.
constexpr int TF32_TENSOR_OP_MATH = 3;
constexpr int DISALLOW_REDUCED_PRECISION = 16;
constexpr int POINTER_MODE_DEVICE = 1;
constexpr int COMPUTE_32F = 68;
constexpr int COMPUTE_32F_PEDANTIC = 69;
constexpr int COMPUTE_32F_FAST_16BF = 75;
constexpr int COMPUTE_32F_FAST_TF32 = 77;
constexpr int R_32F = 0;
constexpr int R_16BF = 14;

struct Handle {
    void* stream = nullptr;
    int pointerMode = 0;
    int mathMode = 0;
    void* workspace = nullptr;
    size_t workspaceBytes = 0;
};

std::set<Handle*>& handles() {
    static auto* live = new std::set<Handle*>();
    return *live;
}

Handle* known(void* handle) {
    auto found = handles().find(static_cast<Handle*>(handle));
    return found == handles().end() ? nullptr : *found;
}

/// One of the three matrices: `op(X)` has rows x columns, stored with a leading dimension and a distance of batches.
struct Matrix {
    const char* name;
    void* p;
    Type type;
    bool transposed;
    long long rows;
    long long columns;
    long long leading;
    long long batchStride;

    long long storedRows() const {
        return transposed ? columns : rows;
    }

    long long storedColumns() const {
        return transposed ? rows : columns;
    }

    size_t bytes(long long batches) const {
        if (rows == 0 || columns == 0 || batches == 0) {
            return 0;
        }
        long long last = (batches - 1) * batchStride + (storedColumns() - 1) * leading + storedRows();
        return static_cast<size_t>(last) * bytesOf(type);
    }

    size_t at(long long batch, long long row, long long column) const {
        return static_cast<size_t>(batch * batchStride + (transposed ? column + row * leading : row + column * leading));
    }
};

enum class Inputs { EXACT, TF32, BF16 };

struct Product {
    const char* call;
    Matrix a;
    Matrix b;
    Matrix c;
    long long inner;
    long long batches;
    Inputs inputs;
    const float* alpha;
    const float* beta;
    bool scalarsOnDevice;
};

double rounded(Inputs inputs, double value) {
    switch (inputs) {
        case Inputs::TF32:
            return toTf32(static_cast<float>(value));
        case Inputs::BF16:
            return roundSignificand(static_cast<float>(value), 8);
        default:
            return value;
    }
}

/// The rows of op(A), or the columns of op(B), each contiguous.
std::vector<double> lines(const Matrix& m, long long batch, bool byRow, Inputs inputs) {
    long long count = byRow ? m.rows : m.columns;
    long long length = byRow ? m.columns : m.rows;
    std::vector<double> result(static_cast<size_t>(count * length));
    parallelFor(count, count * length > 100000, [&](long long i) {
        for (long long j = 0; j < length; j++) {
            size_t at = byRow ? m.at(batch, i, j) : m.at(batch, j, i);
            result[static_cast<size_t>(i * length + j)] = rounded(inputs, load(m.type, m.p, at));
        }
    });
    return result;
}

double dot(const double* x, const double* y, long long n) {
    double sums[4] = {};
    long long i = 0;
    for (; i + 4 <= n; i += 4) {
        for (int lane = 0; lane < 4; lane++) {
            sums[lane] += x[i + lane] * y[i + lane];
        }
    }
    for (; i < n; i++) {
        sums[0] += x[i] * y[i];
    }
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

/// C = alpha op(A) op(B) + beta C, where C is not read if beta is 0.
Result multiply(const Product& p, float alpha, float beta) {
    const Matrix* operands[] = {&p.a, &p.b, &p.c};
    for (const Matrix* m : operands) {
        size_t bytes = p.inner == 0 && m != &p.c ? 0 : m->bytes(p.batches);
        if (bytes == 0) {
            continue;
        }
        if (Result r = checkOperand(p.call, m->name, m->p, bytes)) {
            return r;
        }
        if (m != &p.c && overlap(m->p, bytes, p.c.p, p.c.bytes(p.batches))) {
            return complain(ILLEGAL_ADDRESS, std::string(p.call) + ": " + m->name + " overlaps C");
        }
    }
    for (long long batch = 0; batch < p.batches; batch++) {
        std::vector<double> rows = lines(p.a, batch, true, p.inputs);
        std::vector<double> columns = lines(p.b, batch, false, p.inputs);
        parallelFor(p.c.columns, p.c.columns * p.c.rows * p.inner > 100000, [&](long long j) {
            for (long long i = 0; i < p.c.rows; i++) {
                double sum = dot(&rows[static_cast<size_t>(i * p.inner)], &columns[static_cast<size_t>(j * p.inner)], p.inner);
                size_t at = p.c.at(batch, i, j);
                store(p.c.type, p.c.p, at, alpha * sum + (beta == 0 ? 0 : beta * load(p.c.type, p.c.p, at)));
            }
        });
    }
    return SUCCESS;
}

/// What the product is told at the call, or, with scalars on the device, when it runs.
Result runProduct(const Product& p) {
    if (!p.scalarsOnDevice) {
        return multiply(p, *p.alpha, *p.beta);
    }
    for (const float* scalar : {p.alpha, p.beta}) {
        if (Result r = checkOperand(p.call, "alpha or beta", scalar, sizeof(float))) {
            return r;
        }
    }
    return multiply(p, *p.alpha, *p.beta);
}

bool badOperation(int op) {
    return op < 0 || op > 2;
}

Status refuse(Status status, const Product& p, const char* why) {
    complain(INVALID_VALUE, std::string(p.call) + ": " + why);
    return status;
}

Status product(void* handlePointer, Product p) {
    LOCKED;
    Handle* handle = known(handlePointer);
    if (handle == nullptr) {
        return refuse(STATUS_NOT_INITIALIZED, p, "no such handle");
    }
    if (obstacle() != SUCCESS) {
        return STATUS_EXECUTION_FAILED;
    }
    p.scalarsOnDevice = handle->pointerMode == POINTER_MODE_DEVICE;
    if (p.inputs == Inputs::EXACT && p.a.type == Type::F32
        && (handle->mathMode & ~DISALLOW_REDUCED_PRECISION) == TF32_TENSOR_OP_MATH) {
        p.inputs = Inputs::TF32;
    }
    if (p.c.rows < 0 || p.c.columns < 0 || p.inner < 0 || p.batches < 0) {
        return refuse(STATUS_INVALID_VALUE, p, "a negative size");
    }
    for (const Matrix* m : {&p.a, &p.b, &p.c}) {
        if (m->leading < std::max(1ll, m->storedRows())) {
            return refuse(STATUS_INVALID_VALUE, p, "a leading dimension less than the rows");
        }
        if (reinterpret_cast<uintptr_t>(m->p) % bytesOf(m->type) != 0) {
            return refuse(STATUS_INVALID_VALUE, p, "a misaligned matrix");
        }
    }
    if (p.batches > 1 && p.c.batchStride < p.c.leading * (p.c.columns - 1) + p.c.rows) {
        return refuse(STATUS_INVALID_VALUE, p, "the matrices C of the batch overlap");
    }
    if (p.alpha == nullptr || p.beta == nullptr || pointsToDevice(p.alpha) != p.scalarsOnDevice
        || pointsToDevice(p.beta) != p.scalarsOnDevice) {
        return refuse(STATUS_INVALID_VALUE, p, "alpha or beta is null, or not where the pointer mode says");
    }
    Stream* stream = streamOf(handle->stream);
    if (stream == nullptr) {
        return refuse(STATUS_EXECUTION_FAILED, p, "the handle's stream was destroyed");
    }
    count("blas_calls");
    Result wanted = injected("blas");
    float alpha = p.scalarsOnDevice ? 0 : *p.alpha;
    float beta = p.scalarsOnDevice ? 0 : *p.beta;
    void* workspace = handle->workspace;
    // A product may use all of its workspace; a part shows as well who else does.
    size_t scribbled = std::min(handle->workspaceBytes, size_t{64} << 10);
    Result r = wanted != SUCCESS ? wanted : submit(stream, {"blas", [=]() -> Result {
        if (scribbled > 0) {
            if (Result bad = checkOperand(p.call, "the workspace", workspace, scribbled)) {
                return bad;
            }
            std::memset(workspace, 0xFF, scribbled);
        }
        return p.scalarsOnDevice ? runProduct(p) : multiply(p, alpha, beta);
    }});
    return r == SUCCESS ? STATUS_SUCCESS : STATUS_EXECUTION_FAILED;
}

Product product32(const char* call, int opA, int opB, long long m, long long n, long long k, const float* alpha, const void* a,
                  int lda, long long strideA, const void* b, int ldb, long long strideB, const float* beta, void* c, int ldc,
                  long long strideC, long long batches) {
    Matrix ma{"A", const_cast<void*>(a), Type::F32, opA != 0, m, k, lda, strideA};
    Matrix mb{"B", const_cast<void*>(b), Type::F32, opB != 0, k, n, ldb, strideB};
    Matrix mc{"C", c, Type::F32, false, m, n, ldc, strideC};
    return {call, ma, mb, mc, k, batches, Inputs::EXACT, alpha, beta, false};
}

/// The combinations of types and compute type that are modelled, of the table of cublasGemmEx.
Status setTypes(Product& p, int typeA, int typeB, int typeC, int computeType) {
    bool computes = computeType == COMPUTE_32F || computeType == COMPUTE_32F_PEDANTIC || computeType == COMPUTE_32F_FAST_16BF
        || computeType == COMPUTE_32F_FAST_TF32;
    bool single = typeA == R_32F && typeC == R_32F;
    bool half = typeA == R_16BF && (typeC == R_16BF || typeC == R_32F)
        && (computeType == COMPUTE_32F || computeType == COMPUTE_32F_PEDANTIC);
    if (typeA != typeB || !computes || !(single || half)) {
        return refuse(STATUS_NOT_SUPPORTED, p, "types or a compute type that are not modelled");
    }
    p.a.type = p.b.type = typeA == R_16BF ? Type::BF16 : Type::F32;
    p.c.type = typeC == R_16BF ? Type::BF16 : Type::F32;
    p.inputs = computeType == COMPUTE_32F_FAST_TF32 ? Inputs::TF32
        : computeType == COMPUTE_32F_FAST_16BF     ? Inputs::BF16
                                                   : Inputs::EXACT;
    return STATUS_SUCCESS;
}

struct StatusText {
    const char* name;
    const char* description;
};

StatusText textOf(int status) {
    switch (status) {
        case STATUS_SUCCESS:
            return {"CUBLAS_STATUS_SUCCESS", "success"};
        case STATUS_NOT_INITIALIZED:
            return {"CUBLAS_STATUS_NOT_INITIALIZED", "the library was not initialized"};
        case STATUS_ALLOC_FAILED:
            return {"CUBLAS_STATUS_ALLOC_FAILED", "the resource allocation failed"};
        case STATUS_INVALID_VALUE:
            return {"CUBLAS_STATUS_INVALID_VALUE", "an invalid value was used as an argument"};
        case STATUS_ARCH_MISMATCH:
            return {"CUBLAS_STATUS_ARCH_MISMATCH", "an absent device architectural feature is required"};
        case STATUS_MAPPING_ERROR:
            return {"CUBLAS_STATUS_MAPPING_ERROR", "an access to GPU memory space failed"};
        case STATUS_EXECUTION_FAILED:
            return {"CUBLAS_STATUS_EXECUTION_FAILED", "the GPU program failed to execute"};
        case STATUS_INTERNAL_ERROR:
            return {"CUBLAS_STATUS_INTERNAL_ERROR", "an internal operation failed"};
        case STATUS_NOT_SUPPORTED:
            return {"CUBLAS_STATUS_NOT_SUPPORTED", "the functionality is not supported"};
        case STATUS_LICENSE_ERROR:
            return {"CUBLAS_STATUS_LICENSE_ERROR", "the functionality requested requires a license"};
        default:
            return {"unknown status", "unknown status"};
    }
}

template <typename Change>
Status change(void* handlePointer, Change apply) {
    LOCKED;
    Handle* handle = known(handlePointer);
    return handle == nullptr ? STATUS_NOT_INITIALIZED : apply(*handle);
}

}  // namespace

}  // namespace softgpu

using namespace softgpu;

API Status cublasCreate_v2(void** handle) {
    LOCKED;
    if (handle == nullptr) {
        return STATUS_INVALID_VALUE;
    }
    if (obstacle() != SUCCESS) {
        return STATUS_NOT_INITIALIZED;
    }
    if (injected("blas_create") != SUCCESS) {
        return STATUS_ALLOC_FAILED;
    }
    auto* created = new Handle();
    handles().insert(created);
    count("live_blas_handles");
    *handle = created;
    return STATUS_SUCCESS;
}

API Status cublasDestroy_v2(void* handlePointer) {
    LOCKED;
    Handle* handle = known(handlePointer);
    if (handle == nullptr) {
        return STATUS_NOT_INITIALIZED;
    }
    handles().erase(handle);
    count("live_blas_handles", -1);
    delete handle;
    return STATUS_SUCCESS;
}

API Status cublasGetVersion_v2(void*, int* version) {
    LOCKED;
    *version = static_cast<int>(setting("cublas_version"));
    return STATUS_SUCCESS;
}

/// The parts of the version: 0 the major, 1 the minor, 2 the patch number. Needs neither a handle nor a context.
API Status cublasGetProperty(int part, int* value) {
    LOCKED;
    if (part < 0 || part > 2 || value == nullptr) {
        return STATUS_INVALID_VALUE;
    }
    auto version = static_cast<int>(setting("cublas_version"));
    const int parts[] = {version / 10000, version / 100 % 100, version % 100};
    *value = parts[part];
    return STATUS_SUCCESS;
}

/// Also gives up the workspace that was set, as the reference says.
API Status cublasSetStream_v2(void* handle, void* stream) {
    return change(handle, [&](Handle& h) {
        h.stream = stream;
        h.workspace = nullptr;
        h.workspaceBytes = 0;
        return STATUS_SUCCESS;
    });
}

API Status cublasGetStream_v2(void* handle, void** stream) {
    return change(handle, [&](Handle& h) {
        *stream = h.stream;
        return STATUS_SUCCESS;
    });
}

API Status cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
    return change(handle, [&](Handle& h) {
        if (reinterpret_cast<uintptr_t>(workspace) % 256 != 0 || (bytes > 0 && !onDeviceOrPinned(workspace, bytes))) {
            complain(INVALID_VALUE, "cublasSetWorkspace: misaligned, or outside any allocation");
            return STATUS_INVALID_VALUE;
        }
        h.workspace = workspace;
        h.workspaceBytes = bytes;
        return STATUS_SUCCESS;
    });
}

API Status cublasSetPointerMode_v2(void* handle, int mode) {
    return change(handle, [&](Handle& h) {
        h.pointerMode = mode;
        return mode == 0 || mode == POINTER_MODE_DEVICE ? STATUS_SUCCESS : STATUS_INVALID_VALUE;
    });
}

API Status cublasSetMathMode(void* handle, int mode) {
    return change(handle, [&](Handle& h) {
        int base = mode & ~DISALLOW_REDUCED_PRECISION;
        if (base < 0 || base > TF32_TENSOR_OP_MATH) {
            return STATUS_INVALID_VALUE;
        }
        h.mathMode = mode;
        return STATUS_SUCCESS;
    });
}

API Status cublasGetMathMode(void* handle, int* mode) {
    return change(handle, [&](Handle& h) {
        *mode = h.mathMode;
        return STATUS_SUCCESS;
    });
}

API const char* cublasGetStatusName(int status) {
    return textOf(status).name;
}

API const char* cublasGetStatusString(int status) {
    return textOf(status).description;
}

API Status cublasSgemm_v2(void* handle, int opA, int opB, int m, int n, int k, const float* alpha, const float* a, int lda,
                          const float* b, int ldb, const float* beta, float* c, int ldc) {
    Product p = product32("cublasSgemm", opA, opB, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
    return badOperation(opA) || badOperation(opB) ? STATUS_INVALID_VALUE : product(handle, p);
}

API Status cublasSgemmStridedBatched(void* handle, int opA, int opB, int m, int n, int k, const float* alpha, const float* a,
                                     int lda, long long strideA, const float* b, int ldb, long long strideB, const float* beta,
                                     float* c, int ldc, long long strideC, int batches) {
    Product p = product32("cublasSgemmStridedBatched", opA, opB, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc,
                          strideC, batches);
    return badOperation(opA) || badOperation(opB) ? STATUS_INVALID_VALUE : product(handle, p);
}

API Status cublasGemmStridedBatchedEx(void* handle, int opA, int opB, int m, int n, int k, const void* alpha, const void* a,
                                      int typeA, int lda, long long strideA, const void* b, int typeB, int ldb,
                                      long long strideB, const void* beta, void* c, int typeC, int ldc, long long strideC,
                                      int batches, int computeType, int) {
    Product p = product32("cublasGemmStridedBatchedEx", opA, opB, m, n, k, static_cast<const float*>(alpha), a, lda, strideA, b,
                          ldb, strideB, static_cast<const float*>(beta), c, ldc, strideC, batches);
    if (badOperation(opA) || badOperation(opB)) {
        return STATUS_INVALID_VALUE;
    }
    Status types = setTypes(p, typeA, typeB, typeC, computeType);
    return types == STATUS_SUCCESS ? product(handle, p) : types;
}

API Status cublasGemmEx(void* handle, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int typeA,
                        int lda, const void* b, int typeB, int ldb, const void* beta, void* c, int typeC, int ldc,
                        int computeType, int algorithm) {
    return cublasGemmStridedBatchedEx(handle, opA, opB, m, n, k, alpha, a, typeA, lda, 0, b, typeB, ldb, 0, beta, c, typeC, ldc,
                                      0, 1, computeType, algorithm);
}
