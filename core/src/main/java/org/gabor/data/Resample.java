package org.gabor.data;

/**
 * Brings pictures to one size: scaled, with their proportions kept, until they just cover it; of the longer side the
 * middle is taken. This is torchvision's Resize of the shorter side followed by CenterCrop.
 *
 * <p>
 * Each output pixel is the mean of the input under a triangle centred on it, that reaches one output pixel (or one
 * input pixel, if that is larger) to either side: bilinear interpolation when enlarging, and when shrinking an average
 * over the whole area, so that nothing aliases. Columns first, then rows, in single precision.
 */
final class Resample {
    private Resample() {
    }

    /** The middle of {@code picture}, scaled to {@code height x width}. */
    static byte[] cover(Picture picture, int height, int width) {
        ImageSize from = picture.size();
        int h = from.height();
        int w = from.width();
        if (h == height && w == width) {
            return picture.pixels();
        }
        boolean widthBinds = (long) width * h >= (long) height * w;
        int scaledHeight = widthBinds ? Math.max(height, (int) ((long) h * width / w)) : height;
        int scaledWidth = widthBinds ? width : Math.max(width, (int) ((long) w * height / h));
        Taps columns = Taps.of(w, scaledWidth, (scaledWidth - width) / 2, width);
        Taps rows = Taps.of(h, scaledHeight, (scaledHeight - height) / 2, height);
        byte[] target = new byte[from.channels() * height * width];
        float[] narrow = new float[h * width];
        for (int c = 0; c < from.channels(); c++) {
            for (int y = 0; y < h; y++) {
                for (int x = 0; x < width; x++) {
                    narrow[y * width + x] = columns.apply(x, picture.pixels(), (c * h + y) * w);
                }
            }
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    target[(c * height + y) * width + x] = (byte) Math.round(rows.apply(y, narrow, x, width));
                }
            }
        }
        return target;
    }

    /** For each output along one axis the first input that counts, and the weights from there on. */
    private static final class Taps {
        private final int[] first;
        private final float[][] weights;

        private Taps(int[] first, float[][] weights) {
            this.first = first;
            this.weights = weights;
        }

        static Taps of(int from, int scaled, int offset, int count) {
            double step = (double) from / scaled;
            double reach = Math.max(1, step);
            int[] first = new int[count];
            float[][] weights = new float[count][];
            for (int i = 0; i < count; i++) {
                double centre = (offset + i + 0.5) * step;
                int low = Math.max(0, (int) (centre - reach + 0.5));
                int high = Math.min(from, (int) (centre + reach + 0.5));
                first[i] = low;
                weights[i] = triangle(low, high, centre, reach);
            }
            return new Taps(first, weights);
        }

        private static float[] triangle(int low, int high, double centre, double reach) {
            double sum = 0;
            for (int j = low; j < high; j++) {
                sum += Math.max(0, 1 - Math.abs(j + 0.5 - centre) / reach);
            }
            float[] weights = new float[high - low];
            for (int j = low; j < high; j++) {
                weights[j - low] = (float) (Math.max(0, 1 - Math.abs(j + 0.5 - centre) / reach) / sum);
            }
            return weights;
        }

        float apply(int i, byte[] row, int offset) {
            float sum = 0;
            float[] w = weights[i];
            for (int j = 0; j < w.length; j++) {
                sum += w[j] * (row[offset + first[i] + j] & 0xFF);
            }
            return sum;
        }

        float apply(int i, float[] values, int x, int stride) {
            float sum = 0;
            float[] w = weights[i];
            for (int j = 0; j < w.length; j++) {
                sum += w[j] * values[(first[i] + j) * stride + x];
            }
            return sum;
        }
    }
}
