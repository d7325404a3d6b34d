package org.gabor.nn;

import java.util.List;
import org.gabor.UsageException;
import org.gabor.io.Json;

/**
 * Rows and columns of a kernel, stride or dilation. In JSON a number stands for both, {@code [3, 5]} for 3 rows and 5
 * columns.
 */
public record Extent(int h, int w) {
    public Extent {
        if (h < 0 || w < 0) throw new UsageException("sizes must not be negative, got " + h + "x" + w);
    }

    /** The same in both directions. */
    public static Extent of(int size) { return new Extent(size, size); }

    static Extent fromJson(Json json, String what) {
        if (json instanceof Json.Num) return of(json.integer(what));
        if (json instanceof Json.Arr pair && pair.items().size() == 2)
            return new Extent(pair.items().get(0).integer(what), pair.items().get(1).integer(what));
        throw new Json.SyntaxException(json.line(),
                what + " must be a number or [rows, columns], got " + json.text());
    }

    Object toJson() { return h == w ? h : List.of(h, w); }

    boolean smallerThan(int least) { return h < least || w < least; }
}
