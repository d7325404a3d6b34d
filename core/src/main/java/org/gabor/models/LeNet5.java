package org.gabor.models;

import static org.gabor.nn.Init.HE_NORMAL;
import static org.gabor.nn.Init.LECUN_NORMAL;

import org.gabor.UsageException;
import org.gabor.data.Augment;
import org.gabor.data.ImageSize;
import org.gabor.nn.Activations.Relu;
import org.gabor.nn.Activations.Tanh;
import org.gabor.nn.Conv2d;
import org.gabor.nn.Dense;
import org.gabor.nn.Layer;
import org.gabor.nn.Pools.MaxPool;
import org.gabor.nn.Pools.MeanPool;
import org.gabor.nn.Structure.Sequential;
import org.gabor.optim.Schedules;
import org.gabor.optim.Sgd;

/**
 * LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998): two convolutions of 5x5 with pooling, three dense layers; 61,706
 * parameters for 28x28 images of one channel. {@code lenet5} has ReLU and max pooling as it is taught today,
 * {@code lenet5-tanh} tanh and mean pooling as in the paper. Images of 28x28 are padded to the 32x32 of the paper.
 *
 * @param classic whether it is the paper's
 */
record LeNet5(boolean classic) implements Architecture {
    @Override
    public String name() { return classic ? "lenet5-tanh" : "lenet5"; }

    @Override
    public String description() {
        return classic ? "LeNet-5 as in the paper: tanh and mean pooling" : "LeNet-5 with ReLU and max pooling";
    }

    @Override
    public String reference() {
        return "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998";
    }

    @Override
    public ImageSize input() { return new ImageSize(1, 28, 28); }

    @Override
    public Layer layers(int channels, int height, int width, int classes) {
        if (Math.min(height, width) < 12)
            throw new UsageException(name() + " takes images of 12x12 and more, got " + height + "x" + width);
        int padding = Math.min(height, width) < 32 ? 2 : 0;
        return new Sequential(conv(6).padding(padding), activation(), pool(), conv(16), activation(), pool(),
                dense(120),
                activation(), dense(84), activation(), dense(classes));
    }

    private Conv2d conv(int filters) {
        return Conv2d.of(filters, 5).init(classic ? LECUN_NORMAL : HE_NORMAL);
    }

    private Dense dense(int units) { return new Dense(units, true, classic ? LECUN_NORMAL : HE_NORMAL); }

    private Layer activation() { return classic ? new Tanh() : new Relu(); }

    private Layer pool() { return classic ? MeanPool.of(2) : MaxPool.of(2); }

    @Override
    public Recipe recipe(int height, int width) {
        return new Recipe(Sgd.lr(classic ? 0.1 : 0.05).momentum(0.9).weightDecay(5e-4), Schedules.oneCycle(), 4, 64,
                Augment.NONE);
    }
}
