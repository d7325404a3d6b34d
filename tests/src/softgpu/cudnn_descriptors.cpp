// libcudnn: the handle, the descriptors and the error texts.
#include "cudnn.h"

namespace softgpu {

namespace {

/// Every live descriptor and handle by its address: a stale or foreign one is refused.
template <typename T>
std::set<T*>& live() {
    static auto* objects = new std::set<T*>();
    return *objects;
}

template <typename T>
T* known(void* handle) {
    auto found = live<T>().find(static_cast<T*>(handle));
    return found == live<T>().end() ? nullptr : *found;
}

template <typename T>
DnnStatus create(void** handle) {
    LOCKED;
    if (handle == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM_NULL_POINTER, "no place for a descriptor");
    }
    auto* created = new T();
    live<T>().insert(created);
    count("live_descriptors");
    *handle = created;
    return DNN_SUCCESS;
}

template <typename T>
DnnStatus destroy(void* handle) {
    LOCKED;
    T* object = known<T>(handle);
    if (object == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "no such descriptor");
    }
    live<T>().erase(object);
    count("live_descriptors", -1);
    delete object;
    return DNN_SUCCESS;
}

std::string& lastError() {
    static auto* text = new std::string();
    return *text;
}

bool knownType(int dataType) {
    return dataType >= 0 && dataType <= 13;
}

constexpr long long MOST_ELEMENTS = 2147483648ll;

}  // namespace

TensorDescriptor* tensorOf(void* handle) {
    TensorDescriptor* tensor = known<TensorDescriptor>(handle);
    return tensor != nullptr && tensor->set ? tensor : nullptr;
}

FilterDescriptor* filterOf(void* handle) {
    FilterDescriptor* filter = known<FilterDescriptor>(handle);
    return filter != nullptr && filter->set ? filter : nullptr;
}

ConvolutionDescriptor* convolutionOf(void* handle) {
    ConvolutionDescriptor* convolution = known<ConvolutionDescriptor>(handle);
    return convolution != nullptr && convolution->set ? convolution : nullptr;
}

DnnHandle* dnnHandleOf(void* handle) {
    return known<DnnHandle>(handle);
}

DnnStatus dnnRefuse(DnnStatus status, const std::string& why) {
    lastError() = why;
    complain(static_cast<Result>(status), "cuDNN: " + why);
    return status;
}

long long TensorDescriptor::span() const {
    long long last = 0;
    for (int i = 0; i < 4; i++) {
        last += static_cast<long long>(size[i] - 1) * stride[i];
    }
    return last + 1;
}

bool TensorDescriptor::channelsLast() const {
    int expected[4] = {0, 1, size[1] * size[3], size[1]};
    for (int i = 1; i < 4; i++) {
        if (size[i] > 1 && stride[i] != expected[i]) {
            return false;
        }
    }
    return true;
}

long long FilterDescriptor::elements() const {
    return static_cast<long long>(size[0]) * size[1] * size[2] * size[3];
}

size_t FilterDescriptor::at(int k, int c, int r, int s) const {
    auto [K, C, R, S] = size;
    static_cast<void>(K);
    long long index = format == FORMAT_NHWC ? ((static_cast<long long>(k) * R + r) * S + s) * C + c
                                            : ((static_cast<long long>(k) * C + c) * R + r) * S + s;
    return static_cast<size_t>(index);
}

int outputSize(const ConvolutionDescriptor& convolution, int input, int filter, int i) {
    long long covered = static_cast<long long>(filter - 1) * convolution.dilation[i] + 1;
    long long room = input + 2ll * convolution.padding[i] - covered;
    return room < 0 ? 0 : static_cast<int>(1 + room / convolution.stride[i]);
}

}  // namespace softgpu

using namespace softgpu;

API size_t cudnnGetVersion() {
    LOCKED;
    return static_cast<size_t>(setting("cudnn_version"));
}

API size_t cudnnGetCudartVersion() {
    return 12060;
}

API const char* cudnnGetErrorString(int status) {
    switch (status) {
        case DNN_SUCCESS:
            return "CUDNN_STATUS_SUCCESS";
        case DNN_NOT_INITIALIZED:
            return "CUDNN_STATUS_NOT_INITIALIZED";
        case DNN_BAD_PARAM:
            return "CUDNN_STATUS_BAD_PARAM";
        case DNN_BAD_PARAM_NULL_POINTER:
            return "CUDNN_STATUS_BAD_PARAM_NULL_POINTER";
        case DNN_BAD_PARAM_MISALIGNED_POINTER:
            return "CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER";
        case DNN_BAD_PARAM_SIZE_INSUFFICIENT:
            return "CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT";
        case DNN_BAD_PARAM_SHAPE_MISMATCH:
            return "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH";
        case DNN_NOT_SUPPORTED:
            return "CUDNN_STATUS_NOT_SUPPORTED";
        case DNN_INTERNAL_ERROR_HOST_ALLOCATION_FAILED:
            return "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED";
        case DNN_EXECUTION_FAILED:
            return "CUDNN_STATUS_EXECUTION_FAILED";
        default:
            return "CUDNN_UNKNOWN_STATUS";
    }
}

/// Copies the latest error of this process (of this thread, in NVIDIA's) and forgets it.
API void cudnnGetLastErrorString(char* text, size_t bytes) {
    LOCKED;
    if (bytes > 0) {
        size_t n = std::min(bytes - 1, lastError().size());
        std::memcpy(text, lastError().data(), n);
        text[n] = 0;
        lastError().clear();
    }
}

API DnnStatus cudnnCreate(void** handle) {
    LOCKED;
    if (handle == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM_NULL_POINTER, "no place for a handle");
    }
    if (obstacle() != SUCCESS) {
        return dnnRefuse(DNN_NOT_INITIALIZED, "no usable context");
    }
    if (injected("dnn_create") != SUCCESS) {
        return DNN_INTERNAL_ERROR_HOST_ALLOCATION_FAILED;
    }
    auto* created = new DnnHandle();
    live<DnnHandle>().insert(created);
    count("live_dnn_handles");
    *handle = created;
    return DNN_SUCCESS;
}

API DnnStatus cudnnDestroy(void* handlePointer) {
    LOCKED;
    DnnHandle* handle = dnnHandleOf(handlePointer);
    if (handle == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "no such handle");
    }
    live<DnnHandle>().erase(handle);
    count("live_dnn_handles", -1);
    delete handle;
    return DNN_SUCCESS;
}

API DnnStatus cudnnSetStream(void* handlePointer, void* stream) {
    LOCKED;
    DnnHandle* handle = dnnHandleOf(handlePointer);
    if (handle == nullptr || streamOf(stream) == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnSetStream: no such handle or stream");
    }
    handle->stream = stream;
    return DNN_SUCCESS;
}

API DnnStatus cudnnGetStream(void* handlePointer, void** stream) {
    LOCKED;
    DnnHandle* handle = dnnHandleOf(handlePointer);
    if (handle == nullptr || stream == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnGetStream: no such handle");
    }
    *stream = handle->stream;
    return DNN_SUCCESS;
}

API DnnStatus cudnnCreateTensorDescriptor(void** handle) {
    return create<TensorDescriptor>(handle);
}

API DnnStatus cudnnDestroyTensorDescriptor(void* handle) {
    return destroy<TensorDescriptor>(handle);
}

API DnnStatus cudnnCreateFilterDescriptor(void** handle) {
    return create<FilterDescriptor>(handle);
}

API DnnStatus cudnnDestroyFilterDescriptor(void* handle) {
    return destroy<FilterDescriptor>(handle);
}

API DnnStatus cudnnCreateConvolutionDescriptor(void** handle) {
    return create<ConvolutionDescriptor>(handle);
}

API DnnStatus cudnnDestroyConvolutionDescriptor(void* handle) {
    return destroy<ConvolutionDescriptor>(handle);
}

API DnnStatus cudnnSetTensor4dDescriptorEx(void* handle, int dataType, int n, int c, int h, int w, int strideN, int strideC,
                                           int strideH, int strideW) {
    LOCKED;
    auto* tensor = known<TensorDescriptor>(handle);
    TensorDescriptor described{true, dataType, {n, c, h, w}, {strideN, strideC, strideH, strideW}};
    bool positive = true;
    for (int i = 0; i < 4; i++) {
        positive = positive && described.size[i] >= 1 && described.stride[i] >= 1;
    }
    if (tensor == nullptr || !knownType(dataType) || !positive) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnSetTensor4dDescriptor: no such descriptor or type, or a size or stride below 1");
    }
    if (described.span() > MOST_ELEMENTS) {
        return dnnRefuse(DNN_NOT_SUPPORTED, "cudnnSetTensor4dDescriptor: more than 2 Giga-elements");
    }
    *tensor = described;
    return DNN_SUCCESS;
}

API DnnStatus cudnnSetTensor4dDescriptor(void* handle, int format, int dataType, int n, int c, int h, int w) {
    LOCKED;
    long long image = static_cast<long long>(c) * h * w;
    if (format != FORMAT_NCHW && format != FORMAT_NHWC) {
        return dnnRefuse(format == 2 ? DNN_NOT_SUPPORTED : DNN_BAD_PARAM,
                         "cudnnSetTensor4dDescriptor: a format that is not modelled");
    }
    if (image * n > MOST_ELEMENTS) {
        return dnnRefuse(DNN_NOT_SUPPORTED, "cudnnSetTensor4dDescriptor: more than 2 Giga-elements");
    }
    int strideN = static_cast<int>(image);
    return format == FORMAT_NHWC ? cudnnSetTensor4dDescriptorEx(handle, dataType, n, c, h, w, strideN, 1, w * c, c)
                                 : cudnnSetTensor4dDescriptorEx(handle, dataType, n, c, h, w, strideN, h * w, w, 1);
}

API DnnStatus cudnnGetTensor4dDescriptor(void* handle, int* dataType, int* n, int* c, int* h, int* w, int* strideN, int* strideC,
                                         int* strideH, int* strideW) {
    LOCKED;
    TensorDescriptor* tensor = tensorOf(handle);
    if (tensor == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnGetTensor4dDescriptor: no such descriptor");
    }
    int* sizes[] = {n, c, h, w};
    int* strides[] = {strideN, strideC, strideH, strideW};
    for (int i = 0; i < 4; i++) {
        *sizes[i] = tensor->size[i];
        *strides[i] = tensor->stride[i];
    }
    *dataType = tensor->dataType;
    return DNN_SUCCESS;
}

API DnnStatus cudnnSetFilter4dDescriptor(void* handle, int dataType, int format, int k, int c, int r, int s) {
    LOCKED;
    auto* filter = known<FilterDescriptor>(handle);
    if (filter == nullptr || !knownType(dataType) || k < 1 || c < 1 || r < 1 || s < 1) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnSetFilter4dDescriptor: no such descriptor or data type, or a size below 1");
    }
    if (format != FORMAT_NCHW && format != FORMAT_NHWC) {
        return dnnRefuse(format == 2 ? DNN_NOT_SUPPORTED : DNN_BAD_PARAM,
                         "cudnnSetFilter4dDescriptor: a format that is not modelled");
    }
    *filter = {true, dataType, format, {k, c, r, s}};
    return DNN_SUCCESS;
}

API DnnStatus cudnnSetConvolution2dDescriptor(void* handle, int padH, int padW, int u, int v, int dilationH, int dilationW,
                                              int mode, int computeType) {
    LOCKED;
    auto* convolution = known<ConvolutionDescriptor>(handle);
    bool inRange = padH >= 0 && padW >= 0 && u >= 1 && v >= 1 && dilationH >= 1 && dilationW >= 1;
    if (convolution == nullptr || !inRange || !knownType(computeType)
        || (mode != MODE_CONVOLUTION && mode != MODE_CROSS_CORRELATION)) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnSetConvolution2dDescriptor: no such descriptor, or a value out of range");
    }
    // The group count and the math type are settings of their own, and stay.
    ConvolutionDescriptor described{true, {padH, padW}, {u, v}, {dilationH, dilationW}, mode, computeType, convolution->mathType,
                                    convolution->groups};
    *convolution = described;
    return DNN_SUCCESS;
}

API DnnStatus cudnnSetConvolutionGroupCount(void* handle, int groups) {
    LOCKED;
    auto* convolution = known<ConvolutionDescriptor>(handle);
    if (convolution == nullptr || groups < 1) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnSetConvolutionGroupCount: no such descriptor, or less than one group");
    }
    convolution->groups = groups;
    return DNN_SUCCESS;
}

API DnnStatus cudnnGetConvolutionGroupCount(void* handle, int* groups) {
    LOCKED;
    auto* convolution = known<ConvolutionDescriptor>(handle);
    if (convolution == nullptr || groups == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnGetConvolutionGroupCount: no such descriptor");
    }
    *groups = convolution->groups;
    return DNN_SUCCESS;
}

API DnnStatus cudnnSetConvolutionMathType(void* handle, int mathType) {
    LOCKED;
    auto* convolution = known<ConvolutionDescriptor>(handle);
    if (convolution == nullptr || mathType < 0 || mathType > MATH_FMA) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnSetConvolutionMathType: no such descriptor or math type");
    }
    convolution->mathType = mathType;
    return DNN_SUCCESS;
}

API DnnStatus cudnnGetConvolutionMathType(void* handle, int* mathType) {
    LOCKED;
    auto* convolution = known<ConvolutionDescriptor>(handle);
    if (convolution == nullptr || mathType == nullptr) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnGetConvolutionMathType: no such descriptor");
    }
    *mathType = convolution->mathType;
    return DNN_SUCCESS;
}

API DnnStatus cudnnGetConvolution2dForwardOutputDim(void* convolutionHandle, void* xHandle, void* wHandle, int* n, int* c,
                                                    int* h, int* w) {
    LOCKED;
    ConvolutionDescriptor* convolution = convolutionOf(convolutionHandle);
    TensorDescriptor* x = tensorOf(xHandle);
    FilterDescriptor* filter = filterOf(wHandle);
    if (convolution == nullptr || x == nullptr || filter == nullptr || x->size[1] != filter->size[1] * convolution->groups) {
        return dnnRefuse(DNN_BAD_PARAM, "cudnnGetConvolution2dForwardOutputDim: no descriptors, or unequal channels");
    }
    *n = x->size[0];
    *c = filter->size[0];
    *h = outputSize(*convolution, x->size[2], filter->size[2], 0);
    *w = outputSize(*convolution, x->size[3], filter->size[3], 1);
    return *h >= 1 && *w >= 1 ? DNN_SUCCESS
        : dnnRefuse(DNN_BAD_PARAM, "cudnnGetConvolution2dForwardOutputDim: the filter does not fit");
}
