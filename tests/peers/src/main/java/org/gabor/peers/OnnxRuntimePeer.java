package org.gabor.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** ONNX Runtime, which does inference only: {@code OnnxRuntimePeer THREADS SECONDS WORKLOAD...}. */
final class OnnxRuntimePeer {
    private OnnxRuntimePeer() {}

    /** Times the workloads that are inference. */
    public static void main(String[] args) throws OrtException {
        int threads = Integer.parseInt(args[0]);
        var clock = new Clock(Double.parseDouble(args[1]));
        for (Workload w : Workload.named(List.of(args).subList(2, args.length).toArray(String[]::new)))
            if (w instanceof Workload.Infer i) infer(i, threads, clock);
    }

    private static void infer(Workload.Infer work, int threads, Clock clock) throws OrtException {
        Workload.Net net = work.net();
        var random = new Random(0);
        var pixels = new float[net.batch * net.channels * net.side * net.side];
        for (int i = 0; i < pixels.length; i++) pixels[i] = (float) random.nextGaussian();
        long[] shape = {net.batch, net.channels, net.side, net.side};
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (var options = new SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            try (OrtSession session = environment.createSession(OnnxModel.of(net), options);
                    OnnxTensor images = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape)) {
                clock.time(work, () -> run(session, images));
            }
        }
    }

    private static void run(OrtSession session, OnnxTensor images) {
        try {
            session.run(Map.of("images", images)).close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
