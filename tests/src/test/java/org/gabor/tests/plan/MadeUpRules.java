package org.gabor.tests.plan;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.gabor.compile.Pattern;
import org.gabor.compile.Rules;
import org.gabor.compile.Step;
import org.gabor.graph.Convolution;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Layout;
import org.gabor.graph.Node;
import org.gabor.graph.Normalization;
import org.gabor.graph.Pointwise;
import org.gabor.graph.Pointwise.Activate;
import org.gabor.graph.Pointwise.Add;
import org.gabor.graph.Pointwise.AddBias;
import org.gabor.graph.Pooling;
import org.gabor.graph.Shape;
import org.gabor.graph.Window;

/**
 * Rules of no backend.
 *
 * @param images the layout in which images are computed
 * @param patterns what is fused
 * @param scratch workspace of a step
 */
record MadeUpRules(Layout images, List<Pattern> patterns, ToLongFunction<Step> scratch) implements Rules {
    /** Everything dense and on its own. */
    static final MadeUpRules PLAIN = new MadeUpRules(Layout.LOGICAL, List.of(), _ -> 0);

    /** Convolutions with what follows them, and chains. */
    static final MadeUpRules FUSING = PLAIN.fusing(
            Pattern.of("conv", Conv2d.class).optional(AddBias.class).optional(Activate.class),
            Pattern.of("chain", Add.class, AddBias.class, Activate.class, Normalization.BatchNorm.class)
                    .many(Add.class, AddBias.class, Activate.class));

    /** Images channels-last, filters dense. */
    static final MadeUpRules CHANNELS_LAST = new MadeUpRules(Layout.NHWC, List.of(), _ -> 0);

    MadeUpRules fusing(Pattern... fused) { return new MadeUpRules(images, List.of(fused), scratch); }

    MadeUpRules scratch(ToLongFunction<Step> bytes) { return new MadeUpRules(images, patterns, bytes); }

    @Override
    public Signature signature(Node node, List<Layout> inputs) {
        boolean imagewise = node.op() instanceof Convolution || node.op() instanceof Pooling
                || node.op() instanceof Pointwise
                || node.op() instanceof Normalization;
        if (!imagewise) return Signature.logical(node);
        boolean filters = node.op() instanceof Conv2d || node.op() instanceof Convolution.Conv2dGradX;
        List<Layout> wanted = java.util.stream.IntStream.range(0, node.inputs().size())
                .mapToObj(i -> filters && i == 1 ? Layout.LOGICAL : of(node.in(i).shape())).toList();
        return new Signature(wanted, node.op() instanceof Convolution.Conv2dGradW ? Layout.LOGICAL : of(node.shape()));
    }

    private Layout of(Shape shape) { return shape.rank() == 4 ? images : Layout.LOGICAL; }

    @Override
    public int halo(Node node, int input) {
        if (images.logical() || input > 0 || !(node.op() instanceof Conv2d c)) return 0;
        Window w = c.window();
        return Math.max(Math.max(w.top(), w.bottom()), Math.max(w.left(), w.right()));
    }

    @Override
    public long workspace(Step step, Map<Node, Layout> layouts) { return scratch.applyAsLong(step); }

    @Override
    public int alignment() { return 64; }
}
