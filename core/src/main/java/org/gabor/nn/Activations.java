package org.gabor.nn;

import java.util.Arrays;
import java.util.List;
import org.gabor.UsageException;
import org.gabor.graph.Activation;
import org.gabor.graph.Loss;
import org.gabor.graph.Movement;
import org.gabor.graph.Node;
import org.gabor.graph.Shape;

/** Activation functions as layers. Their formulas and references stand with {@link Activation}. */
public final class Activations {
    private Activations() {}

    /** max(x, 0). */
    public record Relu() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.relu(); }
    }

    /** Hyperbolic tangent. */
    public record Tanh() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.tanh(); }
    }

    /** 1 / (1 + exp(-x)). */
    public record Sigmoid() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.activate(new Activation.Sigmoid()); }
    }

    /** x where x > 0, else slope x. */
    public record LeakyRelu(@Default("0.01") double slope) implements Layer {
        public LeakyRelu {
            if (!(slope >= 0)) throw new UsageException("leaky_relu: slope must be 0 or more, got " + slope);
        }

        @Override
        public Node apply(Scope scope, Node x) { return x.activate(new Activation.LeakyRelu(slope)); }
    }

    /** min(max(x, 0), 6). */
    public record Relu6() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.activate(new Activation.Relu6()); }
    }

    /** x where x > 0, else alpha (exp(x) - 1). */
    public record Elu(@Default("1") double alpha) implements Layer {
        public Elu {
            if (!(alpha >= 0)) throw new UsageException("elu: alpha must be 0 or more, got " + alpha);
        }

        @Override
        public Node apply(Scope scope, Node x) { return x.activate(new Activation.Elu(alpha)); }
    }

    /** min(max(x + 3, 0), 6) / 6. */
    public record HardSigmoid() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.activate(new Activation.HardSigmoid()); }
    }

    /** x min(max(x + 3, 0), 6) / 6. */
    public record HardSwish() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.activate(new Activation.HardSwish()); }
    }

    /** x / (1 + exp(-x)), also called swish. */
    public record Silu() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.activate(new Activation.Silu()); }
    }

    /**
     * x Phi(x).
     *
     * @param tanh whether Phi is approximated by tanh
     */
    public record Gelu(@Default("false") boolean tanh) implements Layer {
        @Override
        public Node apply(Scope scope, Node x) {
            return x.activate(tanh ? new Activation.GeluTanh() : new Activation.Gelu());
        }
    }

    /**
     * x where x > 0, else w[c] x with a learned slope a channel: parameter {@code weight} [c], at first 0.25 (He et al.
     * 2015).
     */
    public record Prelu() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) {
            int[] perChannel = new int[x.shape().rank()];
            Arrays.fill(perChannel, 1);
            perChannel[1] = x.shape().c();
            Node slope = scope.parameter("weight", Init.QUARTER, x.shape().c()).reshape(Shape.of(perChannel));
            var minus = new Activation.Affine(-1, 0);
            Node negative = x.activate(minus).relu().activate(minus);
            return x.relu().plus(negative.times(slope));
        }
    }

    /** relu(x) and relu(-x) as twice as many channels (Shang et al. 2016). */
    public record Crelu() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) {
            Node mirrored = x.activate(new Activation.Affine(-1, 0));
            return x.graph().add(new Movement.Concat(1), List.of(x.relu(), mirrored.relu()));
        }
    }

    /** exp x[c] / sum over j of exp x[j], over the channels. A loss of a softmax takes scores, not this. */
    public record Softmax() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.graph().add(new Loss.Softmax(), x); }
    }

    /** The logarithm of the softmax over the channels. */
    public record LogSoftmax() implements Layer {
        @Override
        public Node apply(Scope scope, Node x) { return x.graph().add(new Loss.LogSoftmax(), x); }
    }
}
