package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/**
 * Pixels of a data gradient that are reached by the same taps.
 *
 * @param down their rows
 * @param across their columns
 */
record Phases(Phase down, Phase across) {
    /** All pairs of phases; with stride 1 there is one. */
    static List<Phases> of(Window window, Shape x) {
        var pairs = new ArrayList<Phases>();
        for (Phase down : Phase.rows(window, x))
            for (Phase across : Phase.columns(window, x)) pairs.add(new Phases(down, across));
        return pairs;
    }

    /** True if any tap reaches these pixels. */
    boolean reached() { return down.taps() > 0 && across.taps() > 0; }

    /** The first of these pixels in dx. */
    long firstIn(Stored dx) { return dx.address() + down.first() * dx.step('h') + across.first() * dx.step('w'); }

    /** What the first tap brings to the first pixel. */
    long baseIn(Stored dy) { return dy.address() + down.base() * dy.step('h') + across.base() * dy.step('w'); }

    /** What the last tap brings to the first pixel. */
    long lastIn(Stored dy) {
        return baseIn(dy) - Math.max(0L, down.taps() - 1) * down.outputStep() * dy.step('h')
                - Math.max(0L, across.taps() - 1) * across.outputStep() * dy.step('w');
    }
}
