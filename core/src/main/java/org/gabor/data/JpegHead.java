package org.gabor.data;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What the segments before the first scan of a JPEG file say (ITU-T T.81 annex B; Adobe's APP14; EXIF 2.3's APP1).
 *
 * @param components  1 grey, 3 colour, 4 CMYK or YCCK
 * @param height      rows as they are stored
 * @param width       columns as they are stored
 * @param transform   Adobe's colour transform: 2 says that four components are YCCK; -1 if the file does not say
 * @param orientation EXIF's orientation, 1 to 8: how the stored rows and columns are to be turned to be seen
 */
record JpegHead(int components, int height, int width, int transform, int orientation) {
    private static final int YCCK = 2;
    private static final int SOF0 = 0xC0;
    private static final int DHT = 0xC4;
    private static final int JPG = 0xC8;
    private static final int DAC = 0xCC;
    private static final int SOF15 = 0xCF;
    private static final int RST0 = 0xD0;
    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP1 = 0xE1;
    private static final int APP14 = 0xEE;
    private static final int ORIENTATION = 0x0112;

    /** Whether a file starts as JPEG files do: with the marker SOI and the first byte of another. */
    static boolean isJpeg(byte[] start) {
        return start.length > 2 && (start[0] & 0xFF) == 0xFF && (start[1] & 0xFF) == SOI && (start[2] & 0xFF) == 0xFF;
    }

    /** Whether the four components are luminance, two colour differences and black. */
    boolean isYcck() {
        return components == 4 && transform == YCCK;
    }

    /** Whether height and width change places when the picture is turned as it is to be seen. */
    boolean isTurned() {
        return orientation > 4;
    }

    /**
     * Reads up to the frame header.
     *
     * @throws EOFException if the file ends before
     * @throws IOException  if the segments make no sense
     */
    static JpegHead read(InputStream file) throws IOException {
        DataInputStream in = new DataInputStream(file);
        in.skipNBytes(2);
        int transform = -1;
        int orientation = 1;
        while (true) {
            int marker = marker(in);
            if (marker == EOI || marker == SOS) {
                throw new IOException("it has no frame header before its first scan");
            }
            if (marker >= RST0 && marker <= SOI || marker == 1) {
                continue; // markers without a segment
            }
            int length = in.readUnsignedShort() - Short.BYTES;
            if (length < 0) {
                throw new IOException("a segment says that it has " + (length + Short.BYTES) + " bytes");
            }
            if (marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC) {
                in.skipNBytes(1);
                int height = in.readUnsignedShort();
                int width = in.readUnsignedShort();
                return new JpegHead(in.readUnsignedByte(), height, width, transform, orientation);
            }
            if (marker == APP1 || marker == APP14) {
                byte[] segment = in.readNBytes(length);
                if (marker == APP14 && starts(segment, "Adobe") && segment.length >= 12) {
                    transform = segment[11] & 0xFF;
                } else if (marker == APP1 && starts(segment, "Exif\0\0")) {
                    orientation = orientation(ByteBuffer.wrap(segment, 6, segment.length - 6).slice());
                }
            } else {
                in.skipNBytes(length);
            }
        }
    }

    private static int marker(DataInputStream in) throws IOException {
        if (in.readUnsignedByte() != 0xFF) {
            throw new IOException("something else stands where a marker should");
        }
        int marker = 0xFF;
        while (marker == 0xFF) {
            marker = in.readUnsignedByte();
        }
        return marker;
    }

    private static boolean starts(byte[] segment, String name) {
        return new String(segment, 0, Math.min(segment.length, name.length()), StandardCharsets.ISO_8859_1).equals(name);
    }

    /** Entry 0x0112 of the first directory of a TIFF header; 1 if there is none, or what is there makes no sense. */
    private static int orientation(ByteBuffer tiff) {
        if (tiff.limit() < 8) {
            return 1;
        }
        tiff.order(tiff.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int at = tiff.getInt(4);
        if (at < 8 || at > tiff.limit() - 2) {
            return 1;
        }
        int entries = tiff.getShort(at) & 0xFFFF;
        for (int e = at + 2; entries > 0 && e <= tiff.limit() - 12; e += 12, entries--) {
            if ((tiff.getShort(e) & 0xFFFF) == ORIENTATION) {
                int value = tiff.getShort(e + 8) & 0xFFFF;
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }
}
