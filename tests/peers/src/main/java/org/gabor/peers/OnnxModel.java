package org.gabor.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Writes the networks as ONNX models with random weights, in the wire format of protocol buffers (onnx.proto of ONNX 1.12,
 * opset 17; the numbers below are those of its fields).
 */
final class OnnxModel {
    private static final int OPSET = 17, IR_VERSION = 8, FLOAT = 1;

    private final Random random = new Random(0);
    private final Message nodes = new Message();
    private final Message weights = new Message();
    private int names;

    private OnnxModel() {}

    /** The model of a network: input {@code images}, one output. */
    static byte[] of(Workload.Net net) {
        var model = new OnnxModel();
        String scores = switch (net) {
            case LENET5 -> model.lenet5();
            case RESNET20_B -> model.resnet20();
        };
        Message graph = new Message().all(model.nodes).text(2, net.model).all(model.weights)
                .message(11, value("images", net.batch, net.channels, net.side, net.side))
                .message(12, value(scores, net.batch, 10));
        return new Message().number(1, IR_VERSION).message(7, graph)
                .message(8, new Message().text(1, "").number(2, OPSET)).bytes();
    }

    private String lenet5() {
        String x = pool(relu(convolution("images", 1, 6, 5, 1, 2, true)));
        x = pool(relu(convolution(x, 6, 16, 5, 1, 0, true)));
        x = relu(dense(node("Flatten", List.of(x)), 400, 120));
        return dense(relu(dense(x, 120, 84)), 84, 10);
    }

    private String resnet20() {
        String x = relu(batchNorm(convolution("images", 3, 16, 3, 1, 1, false), 16));
        int from = 16;
        for (int to : new int[] {16, 32, 64})
            for (int block = 0; block < 3; block++) {
                int stride = from == to ? 1 : 2;
                String y = relu(batchNorm(convolution(x, from, to, 3, stride, 1, false), to));
                y = batchNorm(convolution(y, to, to, 3, 1, 1, false), to);
                String shortcut = stride == 1 ? x : batchNorm(convolution(x, from, to, 1, stride, 0, false), to);
                x = relu(node("Add", List.of(y, shortcut)));
                from = to;
            }
        return dense(node("Flatten", List.of(node("GlobalAveragePool", List.of(x)))), 64, 10);
    }

    private String convolution(String x, int from, int to, int kernel, int stride, int padding, boolean bias) {
        var inputs = new ArrayList<>(List.of(x, weight(0, Math.sqrt(2.0 / (from * kernel * kernel)), to, from, kernel, kernel)));
        if (bias) inputs.add(weight(0, 0.01, to));
        return node("Conv", inputs, integers("kernel_shape", kernel, kernel), integers("strides", stride, stride),
                integers("pads", padding, padding, padding, padding));
    }

    private String batchNorm(String x, int c) {
        return node("BatchNormalization",
                List.of(x, weight(0.5, 0.05, c), weight(0, 0.05, c), weight(0, 0.05, c), weight(1, 0.01, c)));
    }

    private String dense(String x, int from, int to) {
        return node("Gemm", List.of(x, weight(0, Math.sqrt(1.0 / from), to, from), weight(0, 0.01, to)), integer("transB", 1));
    }

    private String pool(String x) {
        return node("MaxPool", List.of(x), integers("kernel_shape", 2, 2), integers("strides", 2, 2));
    }

    private String relu(String x) { return node("Relu", List.of(x)); }

    private String node(String op, List<String> inputs, Message... attributes) {
        String result = "t" + names++;
        var node = new Message();
        inputs.forEach(in -> node.text(1, in));
        node.text(2, result).text(4, op);
        for (Message a : attributes) node.message(5, a);
        nodes.message(1, node);
        return result;
    }

    /** An initialiser of normal numbers. */
    private String weight(double mean, double deviation, int... dims) {
        String name = "w" + names++;
        int size = 1;
        var tensor = new Message();
        for (int d : dims) {
            tensor.number(1, d);
            size *= d;
        }
        var values = ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) values.putFloat((float) (mean + deviation * random.nextGaussian()));
        weights.message(5, tensor.number(2, FLOAT).text(8, name).bytes(9, values.array()));
        return name;
    }

    private static Message integer(String name, long v) { return new Message().text(1, name).number(3, v).number(20, 2); }

    private static Message integers(String name, long... v) {
        var attribute = new Message().text(1, name);
        for (long i : v) attribute.number(8, i);
        return attribute.number(20, 7);
    }

    private static Message value(String name, long... dims) {
        var shape = new Message();
        for (long d : dims) shape.message(1, new Message().number(1, d));
        return new Message().text(1, name)
                .message(2, new Message().message(1, new Message().number(1, FLOAT).message(2, shape)));
    }

    /** A message of protocol buffers: fields, each a number and a value. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            variable((long) field << 3);
            variable(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            variable((long) field << 3 | 2);
            variable(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) { return bytes(field, value.getBytes(StandardCharsets.UTF_8)); }

        Message message(int field, Message value) { return bytes(field, value.bytes()); }

        /** The fields of another message as this one's own. */
        Message all(Message other) {
            out.writeBytes(other.bytes());
            return this;
        }

        byte[] bytes() { return out.toByteArray(); }

        /** Seven bits a byte, the lowest first. */
        private void variable(long value) {
            long rest = value;
            for (; (rest & ~0x7FL) != 0; rest >>>= 7) out.write((int) (rest & 0x7F | 0x80));
            out.write((int) rest);
        }
    }
}
