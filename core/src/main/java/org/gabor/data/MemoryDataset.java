package org.gabor.data;

import java.util.List;
import org.gabor.DataException;

/** A data set held in memory, one array an image. */
public final class MemoryDataset extends ListedDataset {
    private final byte[][] images;

    /**
     * A data set of these images. The arrays are kept, not copied: do not change them afterwards.
     *
     * @param name    what messages call it
     * @param classes the names of the classes, by label
     * @param format  channels, height and width of every image
     * @param images  the pixels of each image in the order [c,h,w]
     * @param labels  the label of each image
     * @throws DataException if there are no images, an image has the wrong number of bytes, the number of labels is not
     *                       that of the images, or a label names no class
     */
    public MemoryDataset(String name, List<String> classes, ImageSize format, byte[][] images, int[] labels) {
        super(name, classes, format, labels);
        this.images = images;
        if (images.length == 0) {
            throw new DataException(name + " has no images; a data set needs at least one.");
        }
        if (images.length != labels.length) {
            throw new DataException(name + " has " + images.length + " images but " + labels.length
                    + " labels; each image needs one label.");
        }
        for (int i = 0; i < images.length; i++) {
            if (images[i].length != format.bytes()) {
                throw new DataException("image " + i + " of " + name + " has " + images[i].length
                        + " bytes, expected " + format.bytes() + " (" + format + ").");
            }
            if (labels[i] < 0 || labels[i] >= classes.size()) {
                throw new DataException("label of image " + i + " of " + name + " is " + labels[i]
                        + ", expected 0 to " + (classes.size() - 1) + ": one of " + String.join(", ", classes) + ".");
            }
        }
    }

    @Override
    public void image(int index, byte[] target, int offset) {
        System.arraycopy(images[index], 0, target, offset, images[index].length);
    }

    @Override
    public boolean isInMemory() {
        return true;
    }

    @Override
    public byte[] identity(int index) {
        return images[index];
    }
}
