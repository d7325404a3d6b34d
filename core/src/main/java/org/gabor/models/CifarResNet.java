package org.gabor.models;

import java.util.ArrayList;
import java.util.List;
import org.gabor.data.Augment;
import org.gabor.data.ImageSize;
import org.gabor.nn.Activations.Relu;
import org.gabor.nn.BatchNorm;
import org.gabor.nn.Conv2d;
import org.gabor.nn.Dense;
import org.gabor.nn.Init;
import org.gabor.nn.Layer;
import org.gabor.nn.Pools.GlobalMeanPool;
import org.gabor.nn.Structure.Identity;
import org.gabor.nn.Structure.Residual;
import org.gabor.nn.Structure.Sequential;
import org.gabor.nn.Structure.SubsamplePad;
import org.gabor.optim.Schedules;
import org.gabor.optim.Sgd;

/**
 * The residual networks for CIFAR-10 (He, Zhang, Ren and Sun 2016, section 4.2): 3x3 convolutions, three stages of
 * 16, 32 and 64 channels, {@code 6 blocks + 2} layers. Where the size changes, the shortcut subsamples and pads with
 * zeros (option A, as in the paper: 269,722 parameters for ResNet-20) or projects by a 1x1 convolution with batch
 * normalisation (option B: 272,474).
 *
 * @param blocks residual blocks a stage: 3 for ResNet-20
 * @param projections whether shortcuts project (option B)
 */
record CifarResNet(int blocks, boolean projections) implements Architecture {
    @Override
    public String name() { return "resnet" + (6 * blocks + 2) + (projections ? "-b" : ""); }

    @Override
    public String description() {
        return "ResNet-" + (6 * blocks + 2) + " for small images, "
                + (projections ? "projections" : "zero-padded shortcuts (option A)");
    }

    @Override
    public String reference() { return "He, Zhang, Ren, Sun: Deep residual learning for image recognition, 2016"; }

    @Override
    public ImageSize input() { return new ImageSize(3, 32, 32); }

    @Override
    public Layer layers(int channels, int height, int width, int classes) {
        var layers = new ArrayList<Layer>(List.of(conv(16, 3, 1), new BatchNorm(), new Relu()));
        int c = 16;
        for (int stage : new int[] {16, 32, 64})
            for (int block = 0; block < blocks; block++) {
                layers.add(residual(c, stage));
                layers.add(new Relu());
                c = stage;
            }
        layers.add(new GlobalMeanPool());
        layers.add(new Dense(classes, true, Init.HE_NORMAL));
        return new Sequential(layers);
    }

    private Layer residual(int from, int to) {
        int stride = from == to ? 1 : 2;
        var body = new Sequential(conv(to, 3, stride), new BatchNorm(), new Relu(), conv(to, 3, 1), new BatchNorm());
        if (from == to) return new Residual(body, new Identity());
        return new Residual(body,
                projections ? new Sequential(conv(to, 1, stride), new BatchNorm()) : new SubsamplePad(to, stride));
    }

    private static Conv2d conv(int filters, int kernel, int stride) {
        return Conv2d.of(filters, kernel).stride(stride).padding(kernel / 2).withoutBias();
    }

    @Override
    public Recipe recipe(int height, int width) {
        return new Recipe(Sgd.lr(0.1).momentum(0.9).nesterov().weightDecay(5e-4), Schedules.oneCycle(), 30, 128,
                Augment.LIGHT);
    }
}
