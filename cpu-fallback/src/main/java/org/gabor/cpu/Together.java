package org.gabor.cpu;

import java.util.List;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Scratch;

/**
 * Several kernels that work image by image, as one: a thread takes a block of images through all of them while its values
 * are in the thread's cache, then the next block.
 */
final class Together implements Kernel {
    private final Kernel[] kernels;
    private final int[] blocksAnImage;
    private final int parts;
    private final int imagesAPart;

    /** Kernels of {@code images} blocks of images in {@code parts} groups, each of which goes in order. */
    Together(List<Kernel> kernels, int images, int parts) {
        this.kernels = kernels.toArray(Kernel[]::new);
        this.blocksAnImage = kernels.stream().mapToInt(k -> k.blocks() / images).toArray();
        this.parts = parts;
        this.imagesAPart = images / parts;
    }

    @Override
    public int blocks() { return parts; }

    @Override
    public void run(Scratch scratch, int part) {
        for (int image = part * imagesAPart; image < (part + 1) * imagesAPart; image++) {
            for (int k = 0; k < kernels.length; k++) {
                int blocks = blocksAnImage[k];
                for (int b = image * blocks; b < (image + 1) * blocks; b++) kernels[k].run(scratch, b);
            }
        }
    }
}
