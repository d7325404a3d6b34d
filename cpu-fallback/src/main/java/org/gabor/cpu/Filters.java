package org.gabor.cpu;

import java.util.List;

/** Dimensions and byte steps of the dense filters k,c,r,s of one group, the groups lying one behind the other. */
final class Filters {
    final long address;
    final long bytes;
    final int groups;
    final int k;
    final int c;
    final int r;
    final int s;
    final long stepK;
    final long stepC;
    final long stepR;
    final long stepS;

    Filters(Stored w, int groups) {
        this.address = w.address();
        this.bytes = w.type().bytes();
        this.groups = groups;
        k = w.shape().dim(0) / groups;
        c = w.shape().dim(1);
        r = w.shape().dim(2);
        s = w.shape().dim(3);
        List<Long> steps = w.denseSteps();
        stepK = steps.get(0);
        stepC = steps.get(1);
        stepR = steps.get(2);
        stepS = steps.get(3);
    }

    /** True if every channel has a filter of its own. */
    boolean depthwise() { return groups > 1 && k == 1 && c == 1; }
}
