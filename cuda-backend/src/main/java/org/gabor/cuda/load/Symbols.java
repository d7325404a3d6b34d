package org.gabor.cuda.load;

import java.util.List;

/**
 * Every function of NVIDIA's libraries that is called, through JCuda or by ourselves. The first call of one that is missing
 * would end the process without a word.
 */
final class Symbols {
    static final List<String> DRIVER = List.of("cuInit", "cuDriverGetVersion", "cuDeviceGetCount", "cuDeviceGet",
            "cuDeviceGetName", "cuDeviceGetAttribute", "cuDeviceTotalMem_v2", "cuDevicePrimaryCtxRetain",
            "cuDevicePrimaryCtxRelease_v2", "cuCtxSetCurrent", "cuCtxSynchronize", "cuMemGetInfo_v2", "cuMemAlloc_v2",
            "cuMemFree_v2", "cuMemHostAlloc", "cuMemFreeHost", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2",
            "cuMemcpyDtoDAsync_v2", "cuMemsetD8Async", "cuMemsetD32Async", "cuStreamCreate", "cuStreamDestroy_v2",
            "cuStreamSynchronize", "cuStreamQuery", "cuStreamWaitEvent", "cuStreamBeginCapture_v2", "cuStreamEndCapture",
            "cuEventCreate", "cuEventRecord", "cuEventSynchronize", "cuEventQuery", "cuEventElapsedTime",
            "cuEventDestroy_v2", "cuModuleLoadDataEx", "cuModuleUnload", "cuModuleGetFunction", "cuFuncGetAttribute",
            "cuFuncSetAttribute", "cuLaunchKernel", "cuOccupancyMaxActiveBlocksPerMultiprocessor",
            "cuGraphInstantiateWithFlags", "cuGraphGetNodes", "cuGraphUpload", "cuGraphLaunch", "cuGraphExecDestroy",
            "cuGraphDestroy", "cuGetErrorName", "cuGetErrorString");
    static final List<String> BLAS = List.of("cublasCreate_v2", "cublasDestroy_v2", "cublasSetStream_v2",
            "cublasSetPointerMode_v2", "cublasSetMathMode", "cublasSetWorkspace_v2",
            "cublasGetStatusString", "cublasGemmEx");
    static final List<String> DNN = List.of("cudnnGetVersion", "cudnnGetErrorString", "cudnnGetLastErrorString",
            "cudnnCreate", "cudnnDestroy", "cudnnSetStream", "cudnnCreateTensorDescriptor",
            "cudnnSetTensor4dDescriptorEx", "cudnnDestroyTensorDescriptor", "cudnnCreateFilterDescriptor",
            "cudnnSetFilter4dDescriptor", "cudnnDestroyFilterDescriptor", "cudnnCreateConvolutionDescriptor",
            "cudnnSetConvolution2dDescriptor", "cudnnSetConvolutionGroupCount", "cudnnSetConvolutionMathType",
            "cudnnDestroyConvolutionDescriptor", "cudnnGetConvolutionForwardAlgorithm_v7",
            "cudnnGetConvolutionBackwardDataAlgorithm_v7", "cudnnGetConvolutionBackwardFilterAlgorithm_v7",
            "cudnnGetConvolutionForwardWorkspaceSize", "cudnnGetConvolutionBackwardDataWorkspaceSize",
            "cudnnGetConvolutionBackwardFilterWorkspaceSize", "cudnnConvolutionForward", "cudnnConvolutionBackwardData",
            "cudnnConvolutionBackwardFilter");

    private Symbols() {}
}
