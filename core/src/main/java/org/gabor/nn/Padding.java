package org.gabor.nn;

import java.util.List;
import org.gabor.UsageException;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;
import org.gabor.io.Json;

/**
 * Pixels around an image. In JSON: a number for all sides, {@code [top, left, bottom, right]}, or {@code "same"}: as
 * many
 * as give an output of ceil(size / stride), the odd one below and to the right (as TensorFlow does).
 *
 * @param same whether the pixels follow from the image; the four numbers are then 0
 */
public record Padding(boolean same, int top, int left, int bottom, int right) {
    /** As many pixels as give an output of ceil(size / stride). */
    public static final Padding SAME = new Padding(true, 0, 0, 0, 0);
    /** No pixels. */
    public static final Padding NONE = of(0);

    public Padding {
        if (Math.min(Math.min(top, left), Math.min(bottom, right)) < 0)
            throw new UsageException(
                    "pixels must not be negative, got " + top + "," + left + "," + bottom + "," + right);
    }

    /** The same on all sides. */
    public static Padding of(int pixels) { return new Padding(false, pixels, pixels, pixels, pixels); }

    /** The window of a kernel on an image {@code x}. */
    Window window(Shape x, Extent kernel, Extent stride, Extent dilation) {
        if (!same)
            return new Window(kernel.h(), kernel.w(), stride.h(), stride.w(), top, left, bottom, right, dilation.h(),
                    dilation.w(),
                    false);
        int rows = total(x.h(), kernel.h(), stride.h(), dilation.h()),
                columns = total(x.w(), kernel.w(), stride.w(), dilation.w());
        return new Window(kernel.h(), kernel.w(), stride.h(), stride.w(), rows / 2, columns / 2, rows - rows / 2,
                columns - columns / 2, dilation.h(), dilation.w(), false);
    }

    private static int total(int size, int kernel, int stride, int dilation) {
        return Math.max(0, (Math.ceilDiv(size, stride) - 1) * stride + (kernel - 1) * dilation + 1 - size);
    }

    static Padding fromJson(Json json, String what) {
        if (json instanceof Json.Num) return of(json.integer(what));
        if (json instanceof Json.Str s && s.value().equals("same")) return SAME;
        if (json instanceof Json.Arr sides && sides.items().size() == 4) {
            List<Json> p = sides.items();
            return new Padding(false, p.get(0).integer(what), p.get(1).integer(what), p.get(2).integer(what),
                    p.get(3).integer(what));
        }
        throw new Json.SyntaxException(json.line(),
                what + " must be a number, [top, left, bottom, right] or \"same\", got " + json.text());
    }

    Object toJson() {
        if (same) return "same";
        return top == left && left == bottom && bottom == right ? (Object) top : List.of(top, left, bottom, right);
    }
}
