// libcudnn: the entry points of convolutions, their algorithms, workspaces and what the reference says is not supported.
#include <algorithm>

#include "cudnn.h"

namespace softgpu {

namespace {

/// cudnnConvolutionFwdAlgoPerf_t, and the same of the other two.
struct AlgorithmResult {
    int algorithm;
    int status;
    float milliseconds;
    size_t workspaceBytes;
    int determinism;
    int mathType;
    int reserved[3];
};
static_assert(sizeof(AlgorithmResult) == 48, "as in the C header");

/// What an algorithm does: filters in NHWC, dilations above 1, bfloat16, or only 3x3 filters with stride 1.
struct Algorithm {
    int number;
    bool deterministic;
    bool nhwc;
    bool dilated;
    bool bfloat16;
    bool onlyThreeByThree;
};

/// In the order that the heuristics prefer: the fast ones that are not deterministic come first.
const std::vector<Algorithm>& algorithms(Direction direction) {
    static const std::vector<Algorithm> forward{
        {1, true, true, true, true, false},    // IMPLICIT_PRECOMP_GEMM
        {6, true, false, false, false, true},  // WINOGRAD
        {0, true, true, true, true, false},    // IMPLICIT_GEMM
        {2, true, false, false, false, false}, // GEMM
    };
    static const std::vector<Algorithm> backwardData{
        {0, false, true, true, true, false},   // ALGO_0
        {1, true, true, true, true, false},    // ALGO_1
        {4, true, false, false, false, true},  // WINOGRAD
    };
    static const std::vector<Algorithm> backwardFilter{
        {0, false, true, true, true, false},    // ALGO_0
        {3, false, false, false, false, false}, // ALGO_3
        {1, true, true, true, true, false},     // ALGO_1
    };
    switch (direction) {
        case Direction::FORWARD:
            return forward;
        case Direction::BACKWARD_DATA:
            return backwardData;
        default:
            return backwardFilter;
    }
}

const Algorithm* find(Direction direction, int number) {
    for (const Algorithm& algorithm : algorithms(direction)) {
        if (algorithm.number == number) {
            return &algorithm;
        }
    }
    return nullptr;
}

/// How many numbers the enumeration has: the answer of Get...AlgorithmMaxCount.
int algorithmCount(Direction direction) {
    return direction == Direction::FORWARD ? 8 : direction == Direction::BACKWARD_DATA ? 6 : 7;
}

bool supported(const Algorithm& algorithm, const ConvolutionCall& call) {
    bool nhwc = call.w.format == FORMAT_NHWC;
    bool dilated = call.convolution.dilation[0] > 1 || call.convolution.dilation[1] > 1;
    bool threeByThree = call.w.size[2] == 3 && call.w.size[3] == 3 && call.convolution.stride[0] == 1
        && call.convolution.stride[1] == 1;
    return ((algorithm.nhwc && setting("cudnn_nhwc") != 0) || !nhwc) && (algorithm.dilated || !dilated) && (algorithm.bfloat16 || call.x.dataType == DATA_FLOAT)
        && (!algorithm.onlyThreeByThree || threeByThree);
}

/// The descriptors of a call; false, with the status, if one does not exist.
DnnStatus read(ConvolutionCall& call, void* x, void* w, void* convolution, void* y) {
    TensorDescriptor* tensors[] = {tensorOf(x), tensorOf(y)};
    FilterDescriptor* filter = filterOf(w);
    ConvolutionDescriptor* described = convolutionOf(convolution);
    if (tensors[0] == nullptr || tensors[1] == nullptr || filter == nullptr || described == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "a descriptor does not exist or was not set");
    }
    call.x = *tensors[0];
    call.y = *tensors[1];
    call.w = *filter;
    call.convolution = *described;
    return DNN_SUCCESS;
}

/// Shapes and types, whatever the algorithm.
DnnStatus checkShapes(const ConvolutionCall& call) {
    int groups = call.convolution.groups;
    if (call.x.size[1] != call.w.size[1] * groups || call.w.size[0] % groups != 0) {
        return dnnRefuse(DNN_BAD_PARAM, "channels, filters and groups do not match");
    }
    bool matches = call.y.size[0] == call.x.size[0] && call.y.size[1] == call.w.size[0];
    for (int i = 0; i < 2; i++) {
        int size = outputSize(call.convolution, call.x.size[2 + i], call.w.size[2 + i], i);
        matches = matches && size >= 1 && call.y.size[2 + i] == size;
    }
    if (!matches) {
        return dnnRefuse(DNN_BAD_PARAM_SHAPE_MISMATCH, "y has not the shape that x, the filters and the convolution give");
    }
    bool sameTypes = call.x.dataType == call.y.dataType && call.x.dataType == call.w.dataType;
    bool modelled = call.x.dataType == DATA_FLOAT || call.x.dataType == DATA_BFLOAT16;
    if (!sameTypes || !modelled || call.convolution.computeType != DATA_FLOAT) {
        return dnnRefuse(DNN_NOT_SUPPORTED, "only float and bfloat16 data, all alike, with float computation");
    }
    if (call.w.format == FORMAT_NHWC && !(call.x.channelsLast() && call.y.channelsLast())) {
        return dnnRefuse(DNN_NOT_SUPPORTED, "filters in NHWC want x and y packed in HWC");
    }
    return DNN_SUCCESS;
}

DnnStatus listAlgorithms(Direction direction, void* handle, void* x, void* w, void* convolution, void* y, int requested,
                         int* returned, AlgorithmResult* results) {
    LOCKED;
    if (dnnHandleOf(handle) == nullptr || requested < 1 || returned == nullptr || results == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "no such handle, or no place for results");
    }
    ConvolutionCall call{};
    call.direction = direction;
    if (DnnStatus status = read(call, x, w, convolution, y)) {
        return status;
    }
    if (DnnStatus status = checkShapes(call)) {
        return status;
    }
    std::vector<AlgorithmResult> all;
    for (const Algorithm& algorithm : algorithms(direction)) {
        call.algorithm = algorithm.number;
        bool ok = supported(algorithm, call);
        all.push_back({algorithm.number, ok ? DNN_SUCCESS : DNN_NOT_SUPPORTED, -1, ok ? workspaceBytes(call) : 0,
                       algorithm.deterministic ? 1 : 0, call.convolution.mathType, {}});
    }
    std::stable_partition(all.begin(), all.end(), [](const AlgorithmResult& r) { return r.status == DNN_SUCCESS; });
    *returned = std::min(requested, static_cast<int>(all.size()));
    std::copy_n(all.begin(), *returned, results);
    return DNN_SUCCESS;
}

DnnStatus sizeOfWorkspace(Direction direction, void* handle, void* x, void* w, void* convolution, void* y, int algorithm,
                          size_t* bytes) {
    LOCKED;
    if (dnnHandleOf(handle) == nullptr || bytes == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "no such handle, or no place for a size");
    }
    ConvolutionCall call{};
    call.direction = direction;
    call.algorithm = algorithm;
    if (DnnStatus status = read(call, x, w, convolution, y)) {
        return status;
    }
    if (DnnStatus status = checkConvolution(call)) {
        return status;
    }
    *bytes = workspaceBytes(call);
    return DNN_SUCCESS;
}

struct Operand {
    const char* name;
    void* p;
    size_t bytes;
};

/// Which of x, w and y a convolution writes.
size_t resultOf(Direction direction) {
    switch (direction) {
        case Direction::FORWARD:
            return 2;
        case Direction::BACKWARD_DATA:
            return 0;
        default:
            return 1;
    }
}

/// When the work runs: memory is there, and the result overlaps nothing.
Result runConvolution(const ConvolutionCall& call, void* x, void* w, void* y, void* workspace, float alpha, float beta) {
    size_t element = call.x.dataType == DATA_FLOAT ? 4 : 2;
    Operand operands[] = {{"x", x, static_cast<size_t>(call.x.span()) * element},
                          {"w", w, static_cast<size_t>(call.w.elements()) * element},
                          {"y", y, static_cast<size_t>(call.y.span()) * element},
                          {"the workspace", workspace, workspaceBytes(call)}};
    const Operand& result = operands[resultOf(call.direction)];
    for (const Operand& operand : operands) {
        if (operand.bytes == 0) {
            continue;
        }
        if (Result r = checkOperand("a convolution", operand.name, operand.p, operand.bytes)) {
            return r;
        }
        const Operand& scratch = operands[3];
        bool meets = (&operand != &result && overlap(operand.p, operand.bytes, result.p, result.bytes))
            || (&operand != &scratch && scratch.bytes > 0 && overlap(operand.p, operand.bytes, scratch.p, scratch.bytes));
        if (meets) {
            return complain(ILLEGAL_ADDRESS, std::string("a convolution: ") + operand.name
                            + " overlaps the result or the workspace");
        }
    }
    if (operands[3].bytes > 0) {
        std::memset(workspace, 0xFF, operands[3].bytes);
    }
    return computeConvolution(call, x, w, y, alpha, beta);
}

struct Pointers {
    void* x;
    void* w;
    void* y;
    void* workspace;
    size_t workspaceBytes;
    const float* alpha;
    const float* beta;
};

DnnStatus convolve(Direction direction, void* handlePointer, void* x, void* w, void* convolution, void* y, int algorithm,
                   const Pointers& p) {
    LOCKED;
    DnnHandle* handle = dnnHandleOf(handlePointer);
    if (handle == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "no such handle");
    }
    if (obstacle() != SUCCESS) {
        return dnnRefuse(DNN_EXECUTION_FAILED, "no context, or an earlier fatal error");
    }
    if (p.alpha == nullptr || p.beta == nullptr || p.x == nullptr || p.w == nullptr || p.y == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM_NULL_POINTER, "a pointer is null");
    }
    if (pointsToDevice(p.alpha) || pointsToDevice(p.beta)) {
        return dnnRefuse(DNN_BAD_PARAM, "alpha and beta lie in host memory, always");
    }
    ConvolutionCall call{};
    call.direction = direction;
    call.algorithm = algorithm;
    if (DnnStatus status = read(call, x, w, convolution, y)) {
        return status;
    }
    if (DnnStatus status = checkConvolution(call)) {
        return status;
    }
    size_t element = call.x.dataType == DATA_FLOAT ? 4 : 2;
    for (void* operand : {p.x, p.w, p.y}) {
        if (reinterpret_cast<uintptr_t>(operand) % element != 0) {
            return dnnRefuse(DNN_BAD_PARAM_MISALIGNED_POINTER, "a misaligned operand");
        }
    }
    size_t wanted = workspaceBytes(call);
    if (wanted > 0 && (p.workspace == nullptr || p.workspaceBytes < wanted)) {
        std::string sizes = std::to_string(p.workspaceBytes) + " of " + std::to_string(wanted) + " bytes";
        return dnnRefuse(DNN_BAD_PARAM_SIZE_INSUFFICIENT, "the workspace is too small: " + sizes);
    }
    Stream* stream = streamOf(handle->stream);
    if (stream == nullptr) {
        return dnnRefuse(DNN_EXECUTION_FAILED, "the handle's stream was destroyed");
    }
    count("dnn_calls");
    float alpha = *p.alpha;
    float beta = *p.beta;
    Result r = injected("dnn");
    if (r == SUCCESS) {
        r = submit(stream, {"dnn", [=] { return runConvolution(call, p.x, p.w, p.y, p.workspace, alpha, beta); }});
    }
    return r == SUCCESS ? DNN_SUCCESS : dnnRefuse(DNN_EXECUTION_FAILED, "the device failed with " + std::to_string(r));
}

}  // namespace

bool deterministic(Direction direction, int algorithm) {
    return find(direction, algorithm)->deterministic;
}

DnnStatus checkConvolution(const ConvolutionCall& call) {
    if (DnnStatus status = checkShapes(call)) {
        return status;
    }
    if (call.algorithm < 0 || call.algorithm >= algorithmCount(call.direction)) {
        return dnnRefuse(DNN_BAD_PARAM, "no such algorithm");
    }
    const Algorithm* algorithm = find(call.direction, call.algorithm);
    if (algorithm == nullptr || !supported(*algorithm, call)) {
        return dnnRefuse(DNN_NOT_SUPPORTED, "algorithm " + std::to_string(call.algorithm) + " does not do this convolution");
    }
    return DNN_SUCCESS;
}

/// Sizes of our own choice: none for algorithm 0, else about what such an algorithm would keep.
size_t workspaceBytes(const ConvolutionCall& call) {
    if (call.algorithm == 0) {
        return 0;
    }
    auto taps = static_cast<size_t>(call.w.size[1]) * static_cast<size_t>(call.w.size[2]) * static_cast<size_t>(call.w.size[3]);
    auto outputs = static_cast<size_t>(call.y.size[2]) * static_cast<size_t>(call.y.size[3]);
    bool unfolds = call.direction == Direction::FORWARD && call.algorithm == 2;
    size_t elements = unfolds ? taps * outputs : static_cast<size_t>(call.w.elements());
    return (elements * 4 + 255) / 256 * 256;
}

}  // namespace softgpu

using namespace softgpu;

API DnnStatus cudnnGetConvolutionForwardAlgorithmMaxCount(void*, int* n) {
    *n = algorithmCount(Direction::FORWARD);
    return DNN_SUCCESS;
}

API DnnStatus cudnnGetConvolutionBackwardDataAlgorithmMaxCount(void*, int* n) {
    *n = algorithmCount(Direction::BACKWARD_DATA);
    return DNN_SUCCESS;
}

API DnnStatus cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(void*, int* n) {
    *n = algorithmCount(Direction::BACKWARD_FILTER);
    return DNN_SUCCESS;
}

API DnnStatus cudnnGetConvolutionForwardAlgorithm_v7(void* handle, void* x, void* w, void* convolution, void* y, int requested,
                                                     int* returned, AlgorithmResult* results) {
    return listAlgorithms(Direction::FORWARD, handle, x, w, convolution, y, requested, returned, results);
}

API DnnStatus cudnnGetConvolutionBackwardDataAlgorithm_v7(void* handle, void* w, void* dy, void* convolution, void* dx,
                                                          int requested, int* returned, AlgorithmResult* results) {
    return listAlgorithms(Direction::BACKWARD_DATA, handle, dx, w, convolution, dy, requested, returned, results);
}

API DnnStatus cudnnGetConvolutionBackwardFilterAlgorithm_v7(void* handle, void* x, void* dy, void* convolution, void* dw,
                                                            int requested, int* returned, AlgorithmResult* results) {
    return listAlgorithms(Direction::BACKWARD_FILTER, handle, x, dw, convolution, dy, requested, returned, results);
}

API DnnStatus cudnnGetConvolutionForwardWorkspaceSize(void* handle, void* x, void* w, void* convolution, void* y, int algorithm,
                                                      size_t* bytes) {
    return sizeOfWorkspace(Direction::FORWARD, handle, x, w, convolution, y, algorithm, bytes);
}

API DnnStatus cudnnGetConvolutionBackwardDataWorkspaceSize(void* handle, void* w, void* dy, void* convolution, void* dx,
                                                           int algorithm, size_t* bytes) {
    return sizeOfWorkspace(Direction::BACKWARD_DATA, handle, dx, w, convolution, dy, algorithm, bytes);
}

API DnnStatus cudnnGetConvolutionBackwardFilterWorkspaceSize(void* handle, void* x, void* dy, void* convolution, void* dw,
                                                             int algorithm, size_t* bytes) {
    return sizeOfWorkspace(Direction::BACKWARD_FILTER, handle, x, dw, convolution, dy, algorithm, bytes);
}

API DnnStatus cudnnConvolutionForward(void* handle, const void* alpha, void* xDescriptor, const void* x, void* wDescriptor,
                                      const void* w, void* convolution, int algorithm, void* workspace, size_t workspaceBytes,
                                      const void* beta, void* yDescriptor, void* y) {
    Pointers p{const_cast<void*>(x), const_cast<void*>(w), y, workspace, workspaceBytes, static_cast<const float*>(alpha),
               static_cast<const float*>(beta)};
    return convolve(Direction::FORWARD, handle, xDescriptor, wDescriptor, convolution, yDescriptor, algorithm, p);
}

API DnnStatus cudnnConvolutionBackwardData(void* handle, const void* alpha, void* wDescriptor, const void* w, void* dyDescriptor,
                                           const void* dy, void* convolution, int algorithm, void* workspace,
                                           size_t workspaceBytes, const void* beta, void* dxDescriptor, void* dx) {
    Pointers p{dx, const_cast<void*>(w), const_cast<void*>(dy), workspace, workspaceBytes, static_cast<const float*>(alpha),
               static_cast<const float*>(beta)};
    return convolve(Direction::BACKWARD_DATA, handle, dxDescriptor, wDescriptor, convolution, dyDescriptor, algorithm, p);
}

API DnnStatus cudnnConvolutionBackwardFilter(void* handle, const void* alpha, void* xDescriptor, const void* x,
                                             void* dyDescriptor, const void* dy, void* convolution, int algorithm,
                                             void* workspace, size_t workspaceBytes, const void* beta, void* dwDescriptor,
                                             void* dw) {
    Pointers p{const_cast<void*>(x), dw, const_cast<void*>(dy), workspace, workspaceBytes, static_cast<const float*>(alpha),
               static_cast<const float*>(beta)};
    return convolve(Direction::BACKWARD_FILTER, handle, xDescriptor, dwDescriptor, convolution, dyDescriptor, algorithm, p);
}
