package org.gabor.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.gabor.DataException;

/**
 * The lines of a comma-separated file (RFC 4180, UTF-8, plain or .gz), one at a time, and the fields of the present one.
 * Fields are numbered from 0 here and from 1 in messages. Line breaks within quotes are not read.
 */
final class CsvLines implements AutoCloseable {
    /** Room for the numbers of about two million pixels. */
    private static final int LONGEST = 1 << 23;
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final Reader in;
    private final char[] buffer = new char[BUFFER];
    private int filled;
    private int at;
    private char[] line = new char[1 << 12];
    private int length;
    private int number;
    private int[] ends = new int[1024];
    private int fields;

    CsvLines(Path file) {
        this.file = file;
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + (Files.exists(file) ? " is not a regular file" : " does not exist")
                    + "; name a CSV file, or a folder with train.csv.");
        }
        try {
            InputStream bytes = new BufferedInputStream(Files.newInputStream(file), BUFFER);
            try {
                this.in = new InputStreamReader(
                        file.toString().endsWith(".gz") ? new GZIPInputStream(bytes, BUFFER) : bytes,
                        StandardCharsets.UTF_8);
            } catch (IOException e) {
                bytes.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Goes to the next line that is not blank; false if there is none. */
    boolean next() {
        do {
            if (!readLine()) {
                return false;
            }
        } while (isBlank());
        split();
        return true;
    }

    private boolean readLine() {
        length = 0;
        number++;
        for (boolean any = false;; any = true) {
            if (at == filled) {
                try {
                    filled = in.read(buffer, 0, buffer.length);
                } catch (IOException e) {
                    throw unreadable(e);
                }
                at = 0;
                if (filled <= 0) {
                    filled = 0;
                    return any;
                }
            }
            char c = buffer[at++];
            if (c == '\n') {
                if (length > 0 && line[length - 1] == '\r') {
                    length--;
                }
                return true;
            }
            if (length == line.length) {
                if (length == LONGEST) {
                    throw new DataException(file + ", line " + number + " has more than " + LONGEST
                            + " characters; it is no CSV file of images, or its lines are not separated.");
                }
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = c;
        }
    }

    private boolean isBlank() {
        for (int i = 0; i < length; i++) {
            if (line[i] > ' ' && line[i] != '\uFEFF') {
                return false;
            }
        }
        return true;
    }

    private void split() {
        fields = 0;
        boolean quoted = false;
        for (int i = 0; i <= length; i++) {
            if (i < length && line[i] == '"') {
                quoted = !quoted;
            } else if (i == length || line[i] == ',' && !quoted) {
                if (fields == ends.length) {
                    ends = Arrays.copyOf(ends, 2 * fields);
                }
                ends[fields++] = i;
            }
        }
        if (quoted) {
            throw new DataException(file + ", line " + number + ", column " + fields
                    + ": a quote is opened and not closed on this line; close it.");
        }
    }

    /** The number of the present line, from 1. */
    int number() {
        return number;
    }

    /** Fields of the present line. */
    int fields() {
        return fields;
    }

    /** The text of a field, without blanks around it and quotes. */
    String text(int field) {
        String text = new String(line, start(field), ends[field] - start(field)).replace("\uFEFF", "").strip();
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : text;
    }

    /** The whole number of a field if it is 0 to {@code most}, else -1. */
    int number(int field, int most) {
        int from = start(field);
        int to = ends[field];
        while (from < to && line[from] <= ' ') {
            from++;
        }
        while (from < to && line[to - 1] <= ' ') {
            to--;
        }
        int value = from < to ? 0 : -1;
        for (int i = from; i < to && value >= 0; i++) {
            int digit = line[i] - '0';
            value = digit < 0 || digit > 9 || value * 10 + digit > most ? -1 : value * 10 + digit;
        }
        return value;
    }

    private int start(int field) {
        return field == 0 ? 0 : ends[field - 1] + 1;
    }

    /** An error at a field of the present line: {@code FILE, line 3, column 5 (TITLE): 'TEXT' PROBLEM}. */
    DataException bad(int field, String title, String problem) {
        String text = text(field);
        return new DataException(file + ", line " + number + ", column " + (field + 1)
                + (title.isEmpty() ? "" : " (" + title + ")") + ": '"
                + (text.length() > 40 ? text.substring(0, 40) + "..." : text) + "' " + problem);
    }

    private DataException unreadable(IOException e) {
        return new DataException("cannot read " + file + " after line " + Math.max(0, number - 1) + ": " + e.getMessage()
                + "; it should be text" + (file.toString().endsWith(".gz") ? ", compressed by gzip" : "")
                + ": get it again.", e);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }
}
