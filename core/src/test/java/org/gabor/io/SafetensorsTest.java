package org.gabor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.gabor.ModelFileException;
import org.gabor.WriteException;
import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    private static final Safetensors TWO = new Safetensors(Map.of("by", "test"),
            Map.of("b", Safetensors.Data.of(Shape.of(2, 2), new float[] {1, 2, 3, 4}), "a",
                    Safetensors.Data.of(Shape.of(1), new float[] {-0.5f})));

    @TempDir
    Path folder;
    Path file;

    @BeforeEach
    void name() { file = folder.resolve("m.safetensors"); }

    /** The bytes are put together here by hand, as the format's description says. */
    @Test
    void readsTheFormat() throws IOException {
        byte[] header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}".getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(8 + header.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, b.putLong(header.length).put(header).putFloat(1.5f).putFloat(-2).array());
        var data = Objects.requireNonNull(Safetensors.read(file).tensors().get("x"));
        assertThat(data.type()).isEqualTo(TensorType.f32(2));
        assertThat(data.floats()).containsExactly(1.5f, -2f);
    }

    @Test
    void whatIsWrittenReadsBackAndTheSameContentGivesTheSameBytes() throws IOException {
        TWO.write(file);
        var back = Safetensors.read(file);
        assertThat(back.metadata()).containsEntry("by", "test").containsOnlyKeys("by", Safetensors.DIGEST);
        assertThat(Objects.requireNonNull(back.tensors().get("b")).floats()).containsExactly(1, 2, 3, 4);
        byte[] first = Files.readAllBytes(file);
        back.write(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsNoticed() throws IOException {
        TWO.write(file);
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << (i % 8));
            Files.write(file, bad);
            boolean sealed = new String(bad, StandardCharsets.ISO_8859_1).contains("\"sha256\": \"");
            if (sealed) assertThatThrownBy(() -> Safetensors.read(file)).as("byte %d", i).isInstanceOf(ModelFileException.class);
            else assertThat(lostItsDigest(file)).as("byte %d", i).isTrue();
        }
        for (int length = 0; length < good.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(good, length));
            assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("m.safetensors");
        }
    }

    /** A flip in the name of the digest: such a file is refused where a digest is asked for, as for a model. */
    private static boolean lostItsDigest(Path file) {
        try {
            return !Safetensors.read(file).metadata().containsKey(Safetensors.DIGEST);
        } catch (ModelFileException e) {
            return true;
        }
    }

    @Test
    void anAbsurdHeaderLengthAllocatesNothing() throws IOException {
        Files.write(file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 60).array());
        assertThatThrownBy(() -> Safetensors.read(file)).hasMessageContaining("its header claims 1152921504606846976 bytes of 8");
    }

    @Test
    void aTargetThatIsNoRegularFileIsRefusedAndNothingIsLeftBehind() throws IOException {
        Files.createDirectory(file);
        assertThatThrownBy(() -> TWO.write(file)).isInstanceOf(WriteException.class).hasMessageContaining("not a regular file");
        Path below = folder.resolve("plain");
        Files.writeString(below, "x");
        assertThatThrownBy(() -> TWO.write(below.resolve("m.safetensors"))).isInstanceOf(WriteException.class);
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(file, below);
        }
    }

    /** A file made by another library. */
    @Test
    void readsAPublishedModel() throws IOException {
        Path models = Path.of(System.getProperty("gabor.test.data", "../shared/data")).resolve("models/caffe-lenet-mnist");
        assumeTrue(Files.isDirectory(models), () -> "no test data at " + models);
        try (var files = Files.list(models)) {
            Path published = files.filter(f -> f.toString().endsWith(".safetensors")).findFirst().orElseThrow();
            var shapes = Safetensors.read(published).tensors().values().stream().map(d -> d.type().shape().toString()).toList();
            assertThat(shapes).contains("20x1x5x5", "50x20x5x5", "500x800", "10x500");
        }
    }
}
