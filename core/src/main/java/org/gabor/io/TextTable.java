package org.gabor.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text in columns, each as wide as its widest cell, two blanks apart. */
public final class TextTable {
    private final boolean[] right;
    private final List<String[]> rows = new ArrayList<>();

    /** A table with these headings; a column whose heading begins with {@code >} is set to the right. */
    public TextTable(List<String> headings) {
        right = new boolean[headings.size()];
        var first = new String[headings.size()];
        for (int i = 0; i < first.length; i++) {
            right[i] = headings.get(i).startsWith(">");
            first[i] = right[i] ? headings.get(i).substring(1) : headings.get(i);
        }
        rows.add(first);
    }

    /** Adds a line. */
    public TextTable row(Object... cells) {
        if (cells.length != right.length)
            throw new IllegalArgumentException(cells.length + " cells for " + right.length + " columns");
        rows.add(Arrays.stream(cells).map(Object::toString).toArray(String[]::new));
        return this;
    }

    /** The lines, without blanks at their ends. */
    public List<String> lines() {
        int[] width = new int[right.length];
        for (String[] row : rows) for (int i = 0; i < row.length; i++) width[i] = Math.max(width[i], row[i].length());
        return rows.stream().map(row -> line(row, width)).toList();
    }

    /** The lines as one text, each ended. */
    public String text() { return String.join("\n", lines()) + "\n"; }

    private String line(String[] row, int[] width) {
        var line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            String blanks = " ".repeat(width[i] - row[i].length());
            line.append(i == 0 ? "" : "  ").append(right[i] ? blanks + row[i] : row[i] + blanks);
        }
        return line.toString().stripTrailing();
    }
}
