package org.gabor.tests.crash;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.gabor.graph.Shape;
import org.gabor.io.Safetensors;

/** Saves one state after the other until it is killed; each says by its number and in every element which one it is. */
final class Saver {
    static final String NUMBER = "number", TENSOR = "x";
    private static final int ELEMENTS = 500_000, PIECE = 4096;

    private Saver() {}

    /** Arguments: the file, and {@code durable}, as checkpoints are written, or {@code inplace}, as most people do. */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        boolean isDurable = args[1].equals("durable");
        byte[][] twoStates = {bytes(file, 1), bytes(file, 2)};
        for (int i = 1;; i++) {
            if (isDurable) state(i).write(file);
            else inPlace(file, twoStates[i % 2]);
            if (i == 2) ready();
        }
    }

    private static Safetensors state(int i) {
        float[] values = new float[ELEMENTS];
        Arrays.fill(values, i);
        return new Safetensors(Map.of(NUMBER, Integer.toString(i)),
                Map.of(TENSOR, Safetensors.Data.of(Shape.of(ELEMENTS), values)));
    }

    private static byte[] bytes(Path file, int i) throws IOException {
        state(i).write(file);
        return Files.readAllBytes(file);
    }

    private static void inPlace(Path file, byte[] state) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            for (int at = 0; at < state.length; at += PIECE) out.write(state, at, Math.min(PIECE, state.length - at));
        }
    }

    private static void ready() {
        PrintStream out = System.out;
        out.println("ready");
        out.flush();
    }
}
