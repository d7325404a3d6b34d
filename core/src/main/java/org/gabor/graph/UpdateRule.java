package org.gabor.graph;

/**
 * What an optimizer does to one weight w, given its gradient g, the learning rate lr, the weight decay d of its group
 * and
 * the number t of the step, counted from 1 (the step input counts from 0). All rules are PyTorch's.
 */
public sealed interface UpdateRule {
    /** State values a weight, zero before the first step: slabs that the update takes after its fixed inputs. */
    int states();

    /**
     * g' = g + d w; v = g' in the first step, then v = momentum v + (1 - dampening) g'; w = w - lr (nesterov ? g' +
     * momentum
     * v : v). With momentum 0 there is no v and w = w - lr g'. State: v. Polyak 1964; Sutskever et al. 2013.
     */
    record Sgd(double momentum, double dampening, boolean nesterov) implements UpdateRule {
        @Override
        public int states() { return momentum == 0 ? 0 : 1; }
    }

    /**
     * m = beta1 m + (1 - beta1) g'; v = beta2 v + (1 - beta2) g'^2; w = w - lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 -
     * beta2^t) + eps). With {@code decoupled} (AdamW) g' = g and w = w - lr d w comes first; else g' = g + d w. States:
     * m, v.
     * Kingma and Ba 2015; Loshchilov and Hutter 2019.
     */
    record Adam(double beta1, double beta2, double eps, boolean decoupled) implements UpdateRule {
        @Override
        public int states() { return 2; }
    }

    /**
     * g' = g + d w; s = alpha s + (1 - alpha) g'^2; centred: a = alpha a + (1 - alpha) g' and q = sqrt(s - a^2) + eps,
     * else
     * q = sqrt(s) + eps. With momentum b = momentum b + g' / q and w = w - lr b, else w = w - lr g' / q. States: s,
     * then a if
     * centred, then b if there is momentum. Tieleman and Hinton 2012; Graves 2013.
     */
    record RmsProp(double alpha, double eps, double momentum, boolean centred) implements UpdateRule {
        @Override
        public int states() { return 1 + (centred ? 1 : 0) + (momentum == 0 ? 0 : 1); }
    }

    /** g' = g + d w; s = s + g'^2; w = w - lr g' / (sqrt(s) + eps). State: s. Duchi et al. 2011. */
    record Adagrad(double eps) implements UpdateRule {
        @Override
        public int states() { return 1; }
    }
}
