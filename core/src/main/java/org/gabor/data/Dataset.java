package org.gabor.data;

import java.util.List;

/**
 * Labelled images of one size, with random access. Implementations are immutable: any number of threads may read.
 *
 * <p>
 * An image is {@code channels x height x width} unsigned bytes in this order ([c,h,w]); three channels are red, green
 * and blue. A label is an index into {@link #classes}.
 */
public interface Dataset {
    /** What messages call it, for example {@code mnist train}. */
    String name();

    /** How many images there are. */
    int size();

    /** Channels of an image, 1 or 3. */
    int channels();

    /** Height of an image in pixels. */
    int height();

    /** Width of an image in pixels. */
    int width();

    /** The names of the classes, by label. */
    List<String> classes();

    /**
     * The label of an image, in 0 .. {@code classes().size() - 1}.
     *
     * @throws IndexOutOfBoundsException if there is no image {@code index}
     */
    int label(int index);

    /**
     * Copies an image, {@link #imageBytes} bytes in the order [c,h,w], to {@code target} from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException if there is no image {@code index}, or the target is too short
     */
    void image(int index, byte[] target, int offset);

    /** Bytes of one image: channels x height x width. */
    default int imageBytes() {
        return channels() * height() * width();
    }

    /**
     * The images at {@code indices}, in this order, as a data set that reads from this one.
     *
     * @throws IndexOutOfBoundsException if an index names no image
     */
    default Dataset subset(int[] indices) {
        return new Subset(this, indices);
    }

    /** Whether {@link #image} only copies; if not, a {@link Loader} reads ahead on threads of its own. */
    default boolean isInMemory() {
        return false;
    }

    /** What messages call an image: its file, if it has one. */
    default String describe(int index) {
        return "image " + index + " of " + name();
    }

    /** What tells an image from any other in {@link #fingerprint}: its pixels, unless reading them takes long. */
    default byte[] identity(int index) {
        byte[] image = new byte[imageBytes()];
        image(index, image, 0);
        return image;
    }

    /**
     * What tells this data set from any other: the SHA-256, in hex, of its dimensions, class names, labels and
     * the {@link #identity} of all its images.
     */
    default String fingerprint() {
        return Fingerprint.of(this);
    }
}
