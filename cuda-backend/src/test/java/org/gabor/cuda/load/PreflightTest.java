package org.gabor.cuda.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gabor.GaborException;
import org.gabor.cuda.driver.Driver;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is missing or does not fit: one paragraph that says what, where and what to do, and exit code 4. Each time in a
 * process of its own, since a library once loaded stays, and since a mistake here would end the process.
 */
class PreflightTest {
    private static final String NO_NATIVE_ACCESS = "--illegal-native-access=deny";

    @TempDir
    Path folder;

    @BeforeAll
    static void compiler() { StandIn.requireCompiler(); }

    /** What a user's process does first. */
    static final class Starting {
        public static void main(String[] args) throws ReflectiveOperationException {
            try {
                if (args.length > 0) Class.forName(args[0]);
                CudaLibraries libraries = Preflight.run();
                System.out.println(libraries.driver() + "; " + libraries.blas() + "; " + libraries.dnn());
                Driver driver = Driver.start(libraries);
                if (!Driver.start(Preflight.run()).gpus().equals(driver.gpus())) throw new AssertionError("a second start");
                System.out.println(driver.gpus());
            } catch (GaborException e) {
                System.out.println(e.getMessage());
                System.exit(e.exitCode());
            }
        }
    }

    private record Ended(int exitCode, String said) {}

    private Ended start(String... options) throws Exception { return start(List.of(options), List.of()); }

    private Ended start(List<String> options, List<String> arguments) throws Exception {
        var words = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        if (options.contains(NO_NATIVE_ACCESS)) words.remove("--enable-native-access=ALL-UNNAMED");
        words.addAll(options);
        words.add(Starting.class.getName());
        words.addAll(arguments);
        var builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("CUDA") || name.startsWith("GABOR")
                || name.equals("LD_LIBRARY_PATH"));
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), said.strip());
    }

    private String named() { return "-Dgabor.cuda.path=" + folder; }

    private void refuses(String... parts) throws Exception {
        Ended ended = start(named());
        assertThat(ended.exitCode).as(ended.said).isEqualTo(4);
        assertThat(ended.said).contains(parts).doesNotContain("\n", "Exception", "\tat ");
    }

    @Test
    void withoutADriver() throws Exception {
        assumeFalse(Files.exists(Path.of("/dev/nvidiactl")) || Files.exists(Path.of("/dev/dxg"))
                || Files.exists(Path.of("/proc/driver/nvidia")), "SKIPPED: this machine has an NVIDIA driver");
        Ended ended = start();
        assertThat(ended.exitCode).as(ended.said).isEqualTo(4);
        assertThat(ended.said).contains("no NVIDIA driver", "/dev/nvidiactl", "nvidia-smi", "GABOR_CUDA_PATH", "--device cpu")
                .doesNotContain("\n");
    }

    @Test
    void aProcessThatMayNotCallNativeCode() throws Exception {
        new StandIn(folder).driver(12);
        Ended ended = start(named(), NO_NATIVE_ACCESS);
        assertThat(ended.exitCode).as(ended.said).isEqualTo(4);
        assertThat(ended.said).contains("--enable-native-access=ALL-UNNAMED", "--device cpu").doesNotContain("\n");
    }

    @Test
    void aDriverWithoutAGpu() throws Exception {
        new StandIn(folder).driver(12060, 100, "", 90, Symbols.DRIVER);
        refuses("no GPU", "libcuda.so.1", "nvidia-smi -L");
    }

    @Test
    void aDriverThatDoesNotStart() throws Exception {
        new StandIn(folder).driver(12060, 803, "", 90, Symbols.DRIVER);
        refuses("does not start", "CUDA_ERROR_SO_AND_SO (803): so and so", "restarted");
    }

    @Test
    void aDriverThatIsTooOld() throws Exception {
        new StandIn(folder).driver(11080, 0, "Stand-in GPU", 90, Symbols.DRIVER);
        refuses("knows CUDA up to 11.8", "12.0", "update the driver");
    }

    @Test
    void aGpuThatIsTooOld() throws Exception {
        new StandIn(folder).driver(12060, 0, "Stand-in GPU", 61, Symbols.DRIVER);
        refuses("Stand-in GPU", "6.1", "7.5");
    }

    @Test
    void aDriverThatLacksAFunction() throws Exception {
        new StandIn(folder).driver(12060, 0, "Stand-in GPU", 90,
                Symbols.DRIVER.stream().filter(s -> !s.equals("cuGraphLaunch")).toList());
        refuses("the NVIDIA driver", "lacks 1 ", "cuGraphLaunch", "update it");
    }

    @Test
    void theSoftwareDeviceUnlessItIsAllowed() throws Exception {
        new StandIn(folder).driver(12060, 0, "Gabor software device", 90, Symbols.DRIVER).blas(12).dnn(12);
        refuses("Gabor software device", "for tests", "-Dgabor.softgpu");
        assertThat(start(named(), "-Dgabor.softgpu").exitCode).isZero();
    }

    @Test
    void withoutCublas() throws Exception {
        new StandIn(folder).driver(12).dnn(12);
        refuses("cuBLAS is missing", "libcublas.so.12", folder.toString(), "pip install nvidia-cublas-cu12", "GABOR_CUDA_PATH");
    }

    @Test
    void aCublasThatTheDriverDoesNotKnow() throws Exception {
        new StandIn(folder).driver(12).blas(13).dnn(12);
        refuses("cuBLAS is missing", "libcublas.so.13", "driver (for CUDA 12.6)");
    }

    @Test
    void aCublasThatLacksFunctions() throws Exception {
        new StandIn(folder).driver(12).dnn(12).library("libcublas.so.12", "libcublas.so.12", "", List.of("cublasCreate_v2"));
        refuses("cuBLAS found (" + folder + "/libcublas.so.12)", "lacks 7 ", "cublasDestroy_v2", " ...");
    }

    @Test
    void withoutCudnn() throws Exception {
        new StandIn(folder).driver(12).blas(12);
        refuses("cuDNN 9 is missing", "libcudnn.so.9", folder.toString(), "pip install nvidia-cudnn-cu12");
    }

    @Test
    void aCudnnOfAnotherMajorVersion() throws Exception {
        new StandIn(folder).driver(12).blas(12).dnn("libcudnn.so.8", 8907, 12000, Symbols.DNN);
        refuses("cuDNN 9 is missing", folder + "/libcudnn.so.8", "another major version");
    }

    @Test
    void aCudnnThatSaysItIsAnotherMajorVersion() throws Exception {
        new StandIn(folder).driver(12).blas(12).dnn("libcudnn.so.9", 8907, 12000, Symbols.DNN).dnnParts(StandIn.DNN_PARTS);
        refuses("is version 8", "needs 9");
    }

    @Test
    void aCudnnThatIsIncomplete() throws Exception {
        new StandIn(folder).driver(12).blas(12).dnn("libcudnn.so.9", 90501, 12000, Symbols.DNN)
                .dnnParts(StandIn.DNN_PARTS.subList(0, 4));
        refuses("incomplete", "libcudnn_engines_precompiled.so.9, libcudnn_engines_runtime_compiled.so.9", "beside it");
    }

    @Test
    void aCudnnWithADamagedPart() throws Exception {
        new StandIn(folder).driver(12).blas(12).dnn(12);
        Files.writeString(folder.resolve("libcudnn_ops.so.9"), "cut off");
        refuses("cannot be loaded", "libcudnn_ops.so.9", "install it again");
    }

    @Test
    void aCudnnThatLacksAFunction() throws Exception {
        new StandIn(folder).driver(12).blas(12).dnn("libcudnn.so.9", 90501, 12000,
                Symbols.DNN.stream().filter(s -> !s.equals("cudnnConvolutionForward")).toList()).dnnParts(StandIn.DNN_PARTS);
        refuses("cuDNN found", "cudnnConvolutionForward");
    }

    @Test
    void aCudnnForAnotherCudaThanCublas() throws Exception {
        new StandIn(folder).driver(13).blas(12).dnn(13);
        refuses("cuDNN", "built for CUDA 13", "cuBLAS there is only version 12");
    }

    @Test
    void aCudnnForACudaThatTheDriverDoesNotKnow() throws Exception {
        new StandIn(folder).driver(12).blas(12).blas(13).dnn(13);
        refuses("built for CUDA 13", "knows CUDA up to 12.6");
    }

    @Test
    void aFileThatIsNoLibrary() throws Exception {
        Files.writeString(folder.resolve("libcuda.so.1"), "not a library");
        refuses("cannot be loaded", folder + "/libcuda.so.1");
    }

    @Test
    void aCompleteSetStartsJcudaOnCuda12() throws Exception {
        new StandIn(folder).driver(12).blas(12).dnn(12);
        Ended ended = start(named());
        assertThat(ended.exitCode).as(ended.said).isZero();
        assertThat(ended.said).contains("driver for CUDA 12.6, " + folder + "/libcuda.so.1", "cuBLAS 12.4.7, " + folder,
                "cuDNN 9.5.1, " + folder, "GPU 0 (Stand-in GPU)");
    }

    /** JCuda's own loader takes files of these names, whoever put them there. */
    @Test
    void whatLiesInTheTemporaryFolderIsNotLoaded() throws Exception {
        new StandIn(folder).driver(12).blas(12).dnn(12);
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        for (String name : List.of("JCudaDriver", "JCublas2", "JCudnn"))
            Files.writeString(temporary.resolve("lib" + name + "-12.6.0-linux-x86_64.so"), "planted");
        Ended ended = start(named(), "-Djava.io.tmpdir=" + temporary);
        assertThat(ended.exitCode).as(ended.said).isZero();
        assertThat(ended.said).contains("GPU 0 (Stand-in GPU)");
    }

    @Test
    void whoeverUsedJcudaBeforeIsToldSo() throws Exception {
        new StandIn(folder).driver(12).blas(12).dnn(12);
        Ended ended = start(List.of(named()), List.of("jcuda.LibUtilsCuda"));
        assertThat(ended.exitCode).as(ended.said).isEqualTo(4);
        assertThat(ended.said).contains("another part of this program has used JCuda before", "open Gabor's device first");
    }

    /** JCuda's natives are made for cuBLAS 12; the retargeted one finds its version of the symbols in 13. */
    @Test
    void aCompleteSetStartsJcudaOnCuda13() throws Exception {
        new StandIn(folder).driver(13).blas(13).dnn(13);
        Ended ended = start(named());
        assertThat(ended.exitCode).as(ended.said).isZero();
        assertThat(ended.said).contains("CUDA 13.0", "cuBLAS 13.4.7, " + folder + "/libcublas.so.13", "GPU 0 (Stand-in GPU)");
    }
}
