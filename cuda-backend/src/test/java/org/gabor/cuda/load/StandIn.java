package org.gabor.cuda.load;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Small libraries with the names of NVIDIA's, compiled on the spot, in a folder of their own: enough to be looked at and
 * loaded, not to compute.
 *
 * @param folder where they lie
 */
record StandIn(Path folder) {
    private static final Path COMPILER = Path.of("/usr/bin/g++");
    static final List<String> DNN_PARTS = List.of("libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9",
            "libcudnn_heuristic.so.9", "libcudnn_engines_precompiled.so.9", "libcudnn_engines_runtime_compiled.so.9");

    static void requireCompiler() {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                "SKIPPED: GPUs are used on Linux on x86-64 only");
        assumeTrue(Files.isExecutable(COMPILER), "SKIPPED: the stand-ins for NVIDIA's libraries need g++ (apt-get install g++)");
    }

    /** A driver with one device, whose start returns a code. The other {@code symbols} do nothing. */
    StandIn driver(int version, int started, String device, int capability, List<String> symbols) {
        return library("libcuda.so.1", "", """
                int cuDriverGetVersion(int* v) { *v = %d; return 0; }
                int cuInit(unsigned flags) { return %d; }
                int cuDeviceGetCount(int* n) { *n = 1; return 0; }
                int cuDeviceGet(int* d, int i) { *d = i; return 0; }
                int cuDeviceGetName(char* s, int n, int d) { __builtin_strcpy(s, "%s"); return 0; }
                int cuDeviceTotalMem_v2(unsigned long* n, int d) { *n = 8ul << 30; return 0; }
                int cuDeviceGetAttribute(int* v, int a, int d) { *v = a == 75 ? %d : a == 76 ? %d : 64; return 0; }
                int cuGetErrorName(int r, const char** s) { *s = "CUDA_ERROR_SO_AND_SO"; return 0; }
                int cuGetErrorString(int r, const char** s) { *s = "so and so"; return 0; }
                """.formatted(version, started, device, capability / 10, capability % 10), symbols);
    }

    /** A driver that lacks nothing, of CUDA 12.6 or 13.0. */
    StandIn driver(int major) { return driver(major == 12 ? 12060 : 13000, 0, "Stand-in GPU", 90, Symbols.DRIVER); }

    StandIn blas(int major) {
        return library("libcublas.so." + major, "libcublas.so." + major,
                "int cublasGetProperty(int what, int* v) { *v = what == 1 ? 4 : 7; return 0; }", Symbols.BLAS)
                .library("libcublasLt.so." + major, "", "", List.of());
    }

    /** Without its parts. */
    StandIn dnn(String file, long version, int cuda, List<String> symbols) {
        return library(file, "libcudnn.so.9", """
                unsigned long cudnnGetVersion() { return %d; }
                unsigned long cudnnGetCudartVersion() { return %d; }
                """.formatted(version, cuda), symbols);
    }

    StandIn dnnParts(List<String> files) {
        StandIn made = this;
        for (String file : files) made = made.library(file, "", "", List.of());
        return made;
    }

    /** A cuDNN 9.5.1 that lacks nothing. */
    StandIn dnn(int cuda) {
        return dnn("libcudnn.so.9", 90501, 1000 * cuda, Symbols.DNN).dnnParts(DNN_PARTS);
    }

    /**
     * @param version a version of all its symbols, if not empty
     * @param source  functions in C
     * @param symbols further ones, which return 0
     */
    StandIn library(String file, String version, String source, List<String> symbols) {
        String others = symbols.stream().filter(s -> !source.contains(" " + s + "("))
                .map(s -> "int " + s + "() { return 0; }\n").collect(Collectors.joining());
        try {
            Path c = Files.writeString(folder.resolve(file + ".c"), source + "\n" + others);
            var words = new ArrayList<>(List.of(COMPILER.toString(), "-x", "c", "-w", "-shared", "-fPIC", "-Wl,-soname," + file,
                    "-o", folder.resolve(file).toString(), c.toString()));
            if (!version.isEmpty()) words.add(5, "-Wl,--version-script="
                    + Files.writeString(folder.resolve(file + ".map"), version + " { global: *; };"));
            Process compiler = new ProcessBuilder(words).redirectErrorStream(true).start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (compiler.waitFor() != 0) throw new AssertionError(said);
            return this;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
