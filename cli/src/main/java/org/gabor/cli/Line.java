package org.gabor.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** A line of parts, of which the least important are left out where the width does not suffice. */
final class Line {
    /** What stands between two parts. */
    static final String GAP = "  ";

    private record Part(int rank, String text) {}

    private final List<Part> parts = new ArrayList<>();

    /** Adds a part; the smaller its rank, the longer it stays. */
    Line add(int rank, String text) { return insert(parts.size(), rank, text); }

    /** Puts a part before the one at {@code index}. */
    Line insert(int index, int rank, String text) {
        parts.add(index, new Part(rank, text));
        return this;
    }

    /** The line in at most so many columns. */
    String fit(int columns) {
        var kept = new ArrayList<>(parts);
        String line = join(kept);
        while (line.length() > columns && kept.size() > 1) {
            kept.remove(kept.stream().max(Comparator.comparingInt(Part::rank)).orElseThrow());
            line = join(kept);
        }
        return line.length() <= columns ? line : line.substring(0, Math.max(0, columns));
    }

    private static String join(List<Part> parts) {
        return parts.stream().map(Part::text).collect(Collectors.joining(GAP));
    }
}
