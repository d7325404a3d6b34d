package org.gabor.cuda.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** JCuda's jars hold native code, so their bytes are pinned and not only their versions. */
class JCudaJarsTest {
    private static final Map<String, String> PINNED = new TreeMap<>(Map.of(
            "jcuda-12.6.0.jar", "370c8d22172baabb3c76ef3a3685cfc4ace2145469b811ce3f227bbbcfa9fe42",
            "jcublas-12.6.0.jar", "5b6b5e02feccdc56e896840baf1a04f2c8f0747dbedbd05ed2817ed2f898ced2",
            "jcudnn-11.7.0.jar", "32a50d2f8de4d87be271d52a09aa0316782e1ee4f881a5a73385ce62d31da24f",
            "jcuda-natives-12.6.0-linux-x86_64.jar", "5f0e60b0de0f1415060445136517f4a97565ae62fc49f21582b433e6aa0f4469",
            "jcublas-natives-12.6.0-linux-x86_64.jar", "48fb035e2fa53996b60eef32842d83776396f6f42e62ee5dd9438cdec71cc80e",
            "jcudnn-natives-12.6.0-linux-x86_64.jar", "2adbc2bced1ae5095c48a66e2ef6763e3e51600df203af465cb4ee16fe068370"));

    @Test
    void theJarsOnTheClassPathAreThePinnedOnes() throws Exception {
        var found = new TreeMap<String, String>();
        for (String entry : new String[] {"jcuda/driver/JCudaDriver.class", "jcuda/jcublas/JCublas2.class",
                "jcuda/jcudnn/JCudnn.class", "lib/libJCudaDriver-12.6.0-linux-x86_64.so",
                "lib/libJCublas2-12.6.0-linux-x86_64.so", "lib/libJCudnn-12.6.0-linux-x86_64.so"}) {
            URL url = Objects.requireNonNull(getClass().getClassLoader().getResource(entry), entry);
            Path jar = Path.of(((JarURLConnection) url.openConnection()).getJarFileURL().toURI());
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
            found.put(String.valueOf(jar.getFileName()), HexFormat.of().formatHex(hash));
        }
        assertThat(found).isEqualTo(PINNED);
    }
}
