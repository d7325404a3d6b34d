package org.gabor.nn;

import org.gabor.UsageException;
import org.gabor.graph.Node;
import org.gabor.graph.ShapeException;

/** What layers ask of their attributes and inputs. */
final class Checks {
    private Checks() {}

    static void atLeast(String layer, String attribute, int value, int least) {
        if (value < least)
            throw new UsageException(layer + ": " + attribute + " must be at least " + least + ", got " + value);
    }

    static void image(String layer, Node x) {
        if (x.shape().rank() != 4)
            throw new ShapeException(
                    layer + " wants an image n,c,h,w, got " + x.shape() + "; is it behind a flatten or dense layer?");
    }
}
