package org.gabor.cuda.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gabor.DeviceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first folder that has a library wins: what the user names, toolkits, Python packages. */
class SearchPathTest {
    @TempDir
    Path root;

    private Path folder(String name) throws IOException { return Files.createDirectories(root.resolve(name)); }

    @Test
    void foldersComeInTheDocumentedOrder() throws IOException {
        Path property = folder("named/by/property"), propertyLib = folder("named/by/property/lib");
        Path variable64 = folder("named/by/variable/lib64");
        Path home = folder("opt/cuda-home/lib64"), path = folder("opt/cuda-path/lib64");
        Path link = folder("usr/local/cuda/lib64"), new13 = folder("usr/local/cuda-13.0/lib64");
        Path old9 = folder("usr/local/cuda-12.9/lib64"), old10 = folder("usr/local/cuda-12.10/lib64");
        Path venvDnn = folder("venv/lib/python3.12/site-packages/nvidia/cudnn/lib");
        Path venv13 = folder("venv/lib/python3.12/site-packages/nvidia/cu13/lib");
        folder("venv/lib/python3.12/site-packages/nvidia/cudnn/include");
        Path onPath = folder("opt/python/lib/python3.13/site-packages/nvidia/cublas/lib");
        Path python = Files.createFile(folder("opt/python/bin").resolve("python3"));
        assertThat(python.toFile().setExecutable(true)).isTrue();
        Path user = folder("home/me/.local/lib/python3.11/site-packages/nvidia/cublas/lib");
        Path system = folder("usr/lib/python3/dist-packages/nvidia/cublas/lib");

        SearchPath found = SearchPath.of(property.toString(), Map.of(
                "GABOR_CUDA_PATH", root.resolve("named/by/variable").toString(),
                "CUDA_PATH", root.resolve("opt/cuda-path").toString(),
                "CUDA_HOME", root.resolve("opt/cuda-home").toString(),
                "VIRTUAL_ENV", root.resolve("venv").toString(),
                "PATH", root.resolve("nowhere") + ":" + python.getParent(),
                "HOME", root.resolve("home/me").toString()), root);

        assertThat(found.folders()).containsExactly(property, propertyLib, root.resolve("named/by/variable"), variable64, home,
                path, link, new13, old10, old9, venvDnn, venv13, onPath, user, system);
        assertThat(found.named())
                .containsExactly(property, propertyLib, root.resolve("named/by/variable"), variable64);
    }

    @Test
    void theFirstFileOfANameIsTaken() throws IOException {
        Path first = folder("first"), second = folder("second");
        Files.createDirectory(first.resolve("libcudnn.so.9"));
        Path dnn = Files.createFile(second.resolve("libcudnn.so.9"));
        Path blas = Files.createFile(first.resolve("libcublas.so.12"));
        Files.createFile(second.resolve("libcublas.so.12"));
        SearchPath path = SearchPath.of(first + ":" + second, Map.of(), root);
        assertThat(path.find("libcudnn.so.9")).as("a folder of that name is no library").contains(dnn);
        assertThat(path.find("libcublas.so.12")).contains(blas);
        assertThat(path.find("libcublas.so.13")).isEmpty();
        assertThat(path.similar("libcublas.so.")).containsExactly(blas, second.resolve("libcublas.so.12"));
    }

    @Test
    void onlyWhatTheUserNamesHoldsForTheDriver() throws IOException {
        Path toolkit = folder("usr/local/cuda/lib64"), mine = folder("mine");
        Files.createFile(toolkit.resolve("libcuda.so.1"));
        assertThat(SearchPath.of(mine.toString(), Map.of(), root).findNamed("libcuda.so.1")).isEmpty();
        Path driver = Files.createFile(mine.resolve("libcuda.so.1"));
        assertThat(SearchPath.of(null, Map.of("GABOR_CUDA_PATH", mine.toString()), root).findNamed("libcuda.so.1"))
                .contains(driver);
    }

    @Test
    void aNamedFolderThatIsNotThereIsSaidAtOnce() {
        assertThatThrownBy(() -> SearchPath.of(root.resolve("typo").toString(), Map.of(), root))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("-Dgabor.cuda.path", root.resolve("typo").toString(), "not a folder", "libcudnn.so.9");
        assertThatThrownBy(() -> SearchPath.of(null, Map.of("GABOR_CUDA_PATH", root.resolve("typo").toString()), root))
                .hasMessageContaining("GABOR_CUDA_PATH names");
    }

    @Test
    void nothingSetAndNothingInstalledIsAnEmptyPath() {
        assertThat(SearchPath.of(null, Map.of(), root)).isEqualTo(new SearchPath(List.of(), List.of()));
    }
}
