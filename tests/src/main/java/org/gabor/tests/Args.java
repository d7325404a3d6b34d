package org.gabor.tests;

import org.gabor.graph.Shape;
import org.gabor.graph.TensorType;
import org.gabor.tests.Case.Arg;

/** Short forms for the arguments of cases. */
final class Args {
    private Args() {}

    /** An input of floats. */
    static Arg in(String name, Filling filling, int... dims) { return in(name, filling.numbers(), dims); }

    /** An input of floats. */
    static Arg in(String name, Values values, int... dims) {
        return new Arg(name, TensorType.f32(dims), false, values);
    }

    /** An input of floats. */
    static Arg in(String name, Values values, Shape shape) { return in(name, values, shape.dims()); }

    /** A parameter. */
    static Arg kept(String name, Values values, int... dims) {
        return new Arg(name, TensorType.f32(dims), true, values);
    }

    /** Labels of {@code n} samples in {@code classes} classes. */
    static Arg labels(int n, int classes) { return new Arg("labels", TensorType.i32(n), false, Values.below(classes)); }

    /** Pixels. */
    static Arg pixels(int... dims) { return new Arg("pixels", TensorType.u8(dims), false, Values.below(256)); }
}
