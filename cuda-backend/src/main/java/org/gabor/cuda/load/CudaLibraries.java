package org.gabor.cuda.load;

import java.util.List;

/**
 * The libraries that this process computes with, loaded and looked at.
 *
 * @param driver    libcuda.so.1
 * @param blas      libcublas.so.12 or .13
 * @param dnn       libcudnn.so.9
 * @param blasMajor 12 or 13
 * @param gpus      names of the devices, in the driver's order
 */
public record CudaLibraries(Library driver, Library blas, Library dnn, int blasMajor, List<String> gpus) {
    /**
     * One library.
     *
     * @param name    what people call it: {@code cuDNN}
     * @param version as it says itself: {@code 9.5.1}
     * @param loaded  the library, with the file it came from
     */
    public record Library(String name, String version, SharedLibrary loaded) {
        @Override
        public String toString() { return name + " " + version + ", " + loaded.path(); }
    }
}
