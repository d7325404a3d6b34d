package org.gabor.tests;

/** How a case is filled, and with it how it is judged. */
public enum Filling {
    /** Small whole numbers, so that every intermediate result is an exact float: the threshold is 0. */
    INTEGERS(Values.INTEGERS),
    /** Random reals, judged by {@link org.gabor.tests.oracle.Bounds}. */
    REALS(Values.NORMAL);

    private final Values numbers;

    Filling(Values numbers) {
        this.numbers = numbers;
    }

    /** What an argument is filled with unless it says otherwise. */
    public Values numbers() { return numbers; }

    /** True if nothing is rounded. */
    public boolean exact() { return this == INTEGERS; }
}
