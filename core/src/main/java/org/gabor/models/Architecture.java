package org.gabor.models;

import org.gabor.data.ImageSize;
import org.gabor.nn.Layer;

/** A network of the literature, for any number of classes and the image sizes it can take. */
public interface Architecture {
    /** The name by which it is chosen. */
    String name();

    /** One line on what it is. */
    String description();

    /** The paper it is from. */
    String reference();

    /** The images it was made for; others may do as well. */
    ImageSize input();

    /**
     * Its layers, from images [n,channels,height,width] to scores [n,classes].
     *
     * @throws org.gabor.UsageException if it cannot take such images
     */
    Layer layers(int channels, int height, int width, int classes);

    /** How to train it on images of this size. */
    Recipe recipe(int height, int width);
}
