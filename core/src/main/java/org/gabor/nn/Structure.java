package org.gabor.nn;

import java.util.ArrayList;
import java.util.List;
import org.gabor.UsageException;
import org.gabor.graph.Activation;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;
import org.gabor.graph.ShapeException;

/** Layers that put others together or reshape what flows between them. */
public final class Structure {
    private Structure() {}

    /** Layers one after another, each in a scope named by its position, counted from 1. */
    public record Sequential(List<Layer> layers) implements Layer {
        public Sequential {
            layers = List.copyOf(layers);
        }

        /** Layers in order. */
        public Sequential(Layer... layers) {
            this(List.of(layers));
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Node y = x;
            for (int i = 0; i < layers.size(); i++) y = scope.apply(i + 1, layers.get(i), y);
            return y;
        }
    }

    /**
     * y = body(x) + shortcut(x), the residual block (He et al. 2016).
     *
     * @param body the layers that are learned
     * @param shortcut what passes by, {@link Identity} as a rule
     */
    public record Residual(Layer body, @Default("{\"layer\": \"identity\"}") Layer shortcut) implements Layer {
        @Override
        public Node apply(Scope scope, Node x) {
            Node f = scope.apply("body", body, x);
            return f.plus(scope.apply("shortcut", shortcut, x));
        }
    }

    /**
     * All branches applied to x, their channels one behind the other, as in an Inception block (Szegedy et al. 2015).
     */
    public record Branches(List<Layer> branches) implements Layer {
        public Branches {
            if (branches.isEmpty()) throw new UsageException("branches: it has no branches");
            branches = List.copyOf(branches);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            var results = new ArrayList<Node>();
            for (int i = 0; i < branches.size(); i++) results.add(scope.apply(i + 1, branches.get(i), x));
            return x.graph().add(new Movement.Concat(1), results);
        }
    }

    /** x and body(x), their channels one behind the other, as in a dense block (Huang et al. 2017). */
    public record DenselyConnected(Layer body) implements Layer {
        @Override
        public Node apply(Scope scope, Node x) {
            return x.graph().add(new Movement.Concat(1), x, scope.apply("body", body, x));
        }
    }

    /**
     * Squeeze and excitation: x times a factor a channel, gate(W2 act(W1 mean(x))) with W1 [squeezed,c] and W2
     * [c,squeezed],
     * each with a bias (Hu et al. 2018).
     *
     * @param squeezed number of values in between
     * @param activation what follows W1
     * @param gate what follows W2
     */
    public record SqueezeExcite(int squeezed, @Default("{\"layer\": \"relu\"}") Layer activation,
            @Default("{\"layer\": \"sigmoid\"}") Layer gate) implements Layer {
        public SqueezeExcite {
            Checks.atLeast("squeeze_excite", "squeezed", squeezed, 1);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("squeeze_excite", x);
            Shape s = x.shape();
            Node mean = new Pools.GlobalMeanPool().apply(scope, x);
            Node inner = scope.apply("activation", activation,
                    scope.apply("reduce", new Dense(squeezed, true, Init.HE_NORMAL), mean));
            Node factor =
                    scope.apply("gate", gate, scope.apply("expand", new Dense(s.c(), true, Init.HE_NORMAL), inner));
            return x.times(factor.reshape(Shape.of(s.n(), s.c(), 1, 1)));
        }
    }

    /** y = x. */
    public record Identity() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x; }
    }

    /** y = scale x + shift, two numbers. */
    public record Affine(@Default("1") double scale, @Default("0") double shift) implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.activate(new Activation.Affine(scale, shift)); }
    }

    /** Everything behind the batch axis in one: [n,c,h,w] to [n, c h w]. */
    public record Flatten() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.flatten(); }
    }

    /**
     * A shortcut without parameters (option A of He et al. 2016): every {@code stride}-th pixel, and channels of zeros
     * on
     * both sides until there are {@code channels}.
     *
     * @param channels channels of the result
     * @param stride pixels between two that are kept
     */
    public record SubsamplePad(int channels, int stride) implements Layer {
        public SubsamplePad {
            Checks.atLeast("subsample_pad", "channels", channels, 1);
            Checks.atLeast("subsample_pad", "stride", stride, 1);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Checks.image("subsample_pad", x);
            Shape s = x.shape();
            if (channels < s.c())
                throw new ShapeException("subsample_pad: its " + channels + " channels must be at least the "
                        + s.c() + " that come in");
            int[] none = {0, 0, 0, 0}, every = {1, 1, stride, stride};
            Node kept = x.graph().add(Movement.Slice.of(none, s.dims(), every), x);
            int low = (channels - s.c()) / 2, high = channels - s.c() - low;
            return x.graph().add(Movement.Pad.of(new int[] {0, low, 0, 0}, new int[] {0, high, 0, 0}), kept);
        }
    }
}
