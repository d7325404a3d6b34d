package org.gabor.data;

/** A decoded image: its dimensions, and its pixels in the order [c,h,w]. */
final class Picture {
    private final ImageSize size;
    private final byte[] pixels;

    Picture(ImageSize size, byte[] pixels) {
        this.size = size;
        this.pixels = pixels;
    }

    ImageSize size() {
        return size;
    }

    byte[] pixels() {
        return pixels;
    }

    /** The picture with 1 or 3 channels: grey is repeated, colour becomes ITU-R 601 luma with Pillow's rounding. */
    Picture withChannels(int channels) {
        if (channels == size.channels()) {
            return this;
        }
        int plane = size.height() * size.width();
        byte[] converted = new byte[channels * plane];
        for (int i = 0; i < plane; i++) {
            if (channels == 1) {
                int red = pixels[i] & 0xFF;
                int green = pixels[plane + i] & 0xFF;
                int blue = pixels[2 * plane + i] & 0xFF;
                converted[i] = (byte) (red * 19595 + green * 38470 + blue * 7471 + 0x8000 >> 16);
            } else {
                converted[i] = pixels[i];
                converted[plane + i] = pixels[i];
                converted[2 * plane + i] = pixels[i];
            }
        }
        return new Picture(new ImageSize(channels, size.height(), size.width()), converted);
    }
}
