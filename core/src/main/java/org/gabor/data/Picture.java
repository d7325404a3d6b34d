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

    /**
     * The picture turned as EXIF's orientation asks: 2 mirrored, 3 by 180 degrees, 4 upside down in a mirror, 5
     * transposed, 6 by 90 degrees clockwise, 7 transposed along the other diagonal, 8 by 90 degrees anticlockwise.
     */
    Picture oriented(int orientation) {
        if (orientation == 1) {
            return this;
        }
        int h = size.height();
        int w = size.width();
        boolean turned = orientation > 4;
        int height = turned ? w : h;
        int width = turned ? h : w;
        byte[] target = new byte[pixels.length];
        int at = 0;
        for (int c = 0; c < size.channels(); c++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int row = switch (orientation) {
                        case 2 -> y;
                        case 3, 4 -> h - 1 - y;
                        case 6, 7 -> h - 1 - x;
                        default -> x;
                    };
                    int column = switch (orientation) {
                        case 2, 3 -> w - 1 - x;
                        case 4 -> x;
                        case 7, 8 -> w - 1 - y;
                        default -> y;
                    };
                    target[at++] = pixels[(c * h + row) * w + column];
                }
            }
        }
        return new Picture(new ImageSize(size.channels(), height, width), target);
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
