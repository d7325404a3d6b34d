package org.gabor.cli;

import java.util.Locale;

/** Numbers as people read them; the same number looks the same everywhere. */
final class Figures {
    private Figures() {}

    /** A share: {@code 98.75%}. */
    static String percent(double share) { return String.format(Locale.ROOT, "%.2f%%", 100 * share); }

    /** A loss: {@code 0.0412}. */
    static String loss(double loss) { return String.format(Locale.ROOT, "%.4f", loss); }

    /** A count: {@code 61,706}. */
    static String count(long n) { return String.format(Locale.ROOT, "%,d", n); }

    /** Seconds: {@code 8.1 s}, or {@code 3 min 20 s}. */
    static String seconds(double s) {
        if (s < 99.95) return String.format(Locale.ROOT, s < 0.095 ? "%.3f s" : "%.1f s", s);
        long whole = Math.round(s);
        if (whole < 3600) return whole / 60 + " min " + whole % 60 + " s";
        return whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    /** Time to come: {@code 0:07}, {@code 1:02:03}. */
    static String clock(double s) {
        long whole = Math.round(s), h = whole / 3600, m = whole % 3600 / 60;
        return (h > 0 ? String.format(Locale.ROOT, "%d:%02d", h, m) : "" + m)
                + String.format(Locale.ROOT, ":%02d", whole % 60);
    }

    /** Bytes in binary units: {@code 2.5 MiB}. */
    static String bytes(long n) {
        if (n < 1024) return n + " B";
        double value = n;
        int unit = -1;
        while (value >= 1023.95) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %siB", value, "KMGTPE".charAt(unit));
    }

    /** How many of what: {@code 1 image}, {@code 20 images}. */
    static String count(long n, String what) { return count(n) + " " + what + (n == 1 ? "" : "s"); }
}
