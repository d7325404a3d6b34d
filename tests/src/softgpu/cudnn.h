// What the files of libcudnn share: status codes, descriptors, the handle. From the cuDNN API reference, version 9.
#pragma once

#include "device.h"
#include "numbers.h"

namespace softgpu {

/// cudnnStatus_t.
enum DnnStatus {
    DNN_SUCCESS = 0,
    DNN_NOT_INITIALIZED = 1001,
    DNN_BAD_PARAM = 2000,
    DNN_BAD_PARAM_NULL_POINTER = 2002,
    DNN_BAD_PARAM_MISALIGNED_POINTER = 2003,
    DNN_BAD_PARAM_SIZE_INSUFFICIENT = 2006,
    DNN_BAD_PARAM_SHAPE_MISMATCH = 2008,
    DNN_NOT_SUPPORTED = 3000,
    DNN_INTERNAL_ERROR_HOST_ALLOCATION_FAILED = 4003,
    DNN_EXECUTION_FAILED = 5000,
};

// cudnnDataType_t, cudnnTensorFormat_t, cudnnConvolutionMode_t and cudnnMathType_t.
constexpr int DATA_FLOAT = 0;
constexpr int DATA_BFLOAT16 = 9;
constexpr int FORMAT_NCHW = 0;
constexpr int FORMAT_NHWC = 1;
constexpr int MODE_CONVOLUTION = 0;
constexpr int MODE_CROSS_CORRELATION = 1;
constexpr int MATH_FMA = 3;

/// A 4-d tensor; strides in elements, in the order n c h w.
struct TensorDescriptor {
    bool set = false;
    int dataType = 0;
    int size[4] = {};
    int stride[4] = {};

    long long span() const;
    /// c varies fastest, then w, then h, without gaps.
    bool channelsLast() const;
};

/// Filters [k][c][r][s] or, in NHWC, [k][r][s][c]; always dense.
struct FilterDescriptor {
    bool set = false;
    int dataType = 0;
    int format = 0;
    int size[4] = {};

    long long elements() const;
    size_t at(int k, int c, int r, int s) const;
};

struct ConvolutionDescriptor {
    bool set = false;
    int padding[2] = {};
    int stride[2] = {1, 1};
    int dilation[2] = {1, 1};
    int mode = 0;
    int computeType = 0;
    int mathType = 0;
    int groups = 1;
};

/// The descriptor of a handle, or null.
TensorDescriptor* tensorOf(void* handle);
FilterDescriptor* filterOf(void* handle);
ConvolutionDescriptor* convolutionOf(void* handle);

/// Where a handle's work goes; null for no such handle.
struct DnnHandle {
    void* stream = nullptr;
};
DnnHandle* dnnHandleOf(void* handle);

/// Notes why a call fails, for cudnnGetLastErrorString too.
DnnStatus dnnRefuse(DnnStatus status, const std::string& why);

/// The output size along dimension i (0: height, 1: width), or 0 if the filter does not fit.
int outputSize(const ConvolutionDescriptor& convolution, int input, int filter, int i);

enum class Direction { FORWARD, BACKWARD_DATA, BACKWARD_FILTER };

/// A convolution of x with w to y, or the gradient of one of them, as described.
struct ConvolutionCall {
    Direction direction;
    TensorDescriptor x;
    FilterDescriptor w;
    ConvolutionDescriptor convolution;
    TensorDescriptor y;
    int algorithm;
};

/// What the manual has against it: shapes that do not match, types or layouts that no algorithm takes, or this one does not.
DnnStatus checkConvolution(const ConvolutionCall& call);

/// Bytes of workspace that an algorithm of a supported convolution wants.
size_t workspaceBytes(const ConvolutionCall& call);

/// Whether the algorithm gives the same bits each time.
bool deterministic(Direction direction, int algorithm);

/// The result, alpha * it + beta * what was there. Where the algorithm is not deterministic, the order of sums changes
/// from call to call.
Result computeConvolution(const ConvolutionCall& call, void* x, void* w, void* y, float alpha, float beta);

}  // namespace softgpu
