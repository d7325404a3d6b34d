package org.gabor.tests;

/** How a case is filled, and with it how it is judged. */
public enum Filling {
    /** Small whole numbers, so that every intermediate result is an exact float: the threshold is 0. */
    INTEGERS,
    /** Random reals, judged by {@link org.gabor.tests.oracle.Bounds}. */
    REALS;

    /** What an argument is filled with unless it says otherwise. */
    public Values numbers() {
        return switch (this) {
            case INTEGERS -> Values.INTEGERS;
            case REALS -> Values.NORMAL;
        };
    }

    /** True if nothing is rounded. */
    public boolean exact() { return this == INTEGERS; }
}
