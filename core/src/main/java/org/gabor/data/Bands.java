package org.gabor.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Pixels from what ImageIO decodes to, in the order [c,h,w]. Colour profiles and transparency do not count. */
final class Bands {
    private static final int MOST = 0xFF;

    private Bands() {
    }

    /** Whether all colours of a model are grey. */
    static boolean isGrey(ColorModel model) {
        if (model instanceof IndexColorModel palette) {
            for (int i = 0; i < palette.getMapSize(); i++) {
                int rgb = palette.getRGB(i);
                if ((rgb >> 16 & MOST) != (rgb & MOST) || (rgb >> 8 & MOST) != (rgb & MOST)) {
                    return false;
                }
            }
            return true;
        }
        return model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    }

    /** One channel of an image that {@link #isGrey}. */
    static byte[] grey(BufferedImage image) {
        int plane = image.getWidth() * image.getHeight();
        byte[] pixels = new byte[plane];
        if (image.getColorModel() instanceof IndexColorModel palette) {
            int[] index = samples(image.getRaster(), 0);
            for (int i = 0; i < plane; i++) {
                pixels[i] = (byte) palette.getBlue(index[i]);
            }
        } else {
            // The raster, since getRGB takes grey for linear light and would brighten it.
            copy(image.getRaster(), 0, pixels, 0);
        }
        return pixels;
    }

    /** Red, green and blue. */
    static byte[] colour(BufferedImage image) {
        int plane = image.getWidth() * image.getHeight();
        byte[] pixels = new byte[3 * plane];
        if (image.getColorModel() instanceof IndexColorModel palette) {
            int[] index = samples(image.getRaster(), 0);
            for (int i = 0; i < plane; i++) {
                int rgb = palette.getRGB(index[i]);
                pixels[i] = (byte) (rgb >> 16);
                pixels[plane + i] = (byte) (rgb >> 8);
                pixels[2 * plane + i] = (byte) rgb;
            }
        } else {
            for (int c = 0; c < 3; c++) {
                copy(image.getRaster(), c, pixels, c * plane);
            }
        }
        return pixels;
    }

    /**
     * Red, green and blue of the four components of a JPEG file. They are taken for what Adobe writes, as all that read
     * such files do: 255 less the ink, so that red = c k / 255; of YCCK the first three are 255 less the red, green and
     * blue that ITU-T T.871 makes of y, cb and cr.
     */
    static byte[] fromInk(Raster raster, boolean ycck) {
        int plane = raster.getWidth() * raster.getHeight();
        int[] first = samples(raster, 0);
        int[] second = samples(raster, 1);
        int[] third = samples(raster, 2);
        int[] black = samples(raster, 3);
        byte[] pixels = new byte[3 * plane];
        for (int i = 0; i < plane; i++) {
            int c = first[i];
            int m = second[i];
            int y = third[i];
            if (ycck) {
                double cb = second[i] - 128;
                double cr = third[i] - 128;
                c = MOST - clamp(first[i] + 1.402 * cr);
                m = MOST - clamp(first[i] - 0.344136 * cb - 0.714136 * cr);
                y = MOST - clamp(first[i] + 1.772 * cb);
            }
            pixels[i] = (byte) scaled(c, black[i]);
            pixels[plane + i] = (byte) scaled(m, black[i]);
            pixels[2 * plane + i] = (byte) scaled(y, black[i]);
        }
        return pixels;
    }

    private static int clamp(double value) {
        return Math.clamp(Math.round(value), 0, MOST);
    }

    private static int scaled(int colour, int light) {
        return (colour * light + MOST / 2) / MOST;
    }

    /** Samples of any depth as 8 bits: the high ones of more, the full range of fewer. */
    private static void copy(Raster raster, int band, byte[] pixels, int offset) {
        int[] samples = samples(raster, band);
        int bits = raster.getSampleModel().getSampleSize(band);
        for (int i = 0; i < samples.length; i++) {
            pixels[offset + i] = (byte) (bits >= 8 ? samples[i] >> bits - 8 : samples[i] * MOST / ((1 << bits) - 1));
        }
    }

    private static int[] samples(Raster raster, int band) {
        return raster.getSamples(raster.getMinX(), raster.getMinY(), raster.getWidth(), raster.getHeight(), band,
                (int[]) null);
    }
}
