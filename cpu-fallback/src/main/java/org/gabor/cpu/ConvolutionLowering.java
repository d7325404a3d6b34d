package org.gabor.cpu;

import java.util.List;
import org.gabor.cpu.kernel.Loop;
import org.gabor.graph.Convolution.Conv2d;
import org.gabor.graph.Convolution.Conv2dGradW;
import org.gabor.graph.Convolution.Conv2dGradX;
import org.gabor.graph.Node;
import org.gabor.graph.TensorType;
import org.gabor.graph.Window;

/** Convolutions as nests: which of three ways they take, and what the ways share. */
final class ConvolutionLowering {
    private ConvolutionLowering() {}

    static void forward(CpuLowering to, Conv2d conv, Node node, Finish finish) {
        Stored x = to.at(node.in(0));
        Filters f = new Filters(to.at(node.in(1)), conv.groups());
        if (x.lanes() > 1) SideBySideConvolution.forward(to, conv.window(), f, x, finish);
        else if (f.depthwise()) DepthwiseConvolution.forward(to, conv.window(), f, x, finish);
        else PanelConvolution.forward(to, conv.window(), f, x, finish);
    }

    static void gradX(CpuLowering to, Conv2dGradX grad, Node node, Finish finish) {
        Stored dy = to.at(node.in(0));
        Filters f = new Filters(to.at(node.in(1)), grad.groups());
        List<Phases> phases = Phases.of(grad.window(), grad.x());
        if (dy.lanes() > 1) SideBySideConvolution.gradX(to, grad.window(), f, dy, phases, finish);
        else if (f.depthwise()) DepthwiseConvolution.gradX(to, grad.window(), f, dy, phases, finish);
        else PanelConvolution.gradX(to, grad.window(), f, dy, phases, finish);
    }

    static void gradW(CpuLowering to, Conv2dGradW grad, Node node) {
        Stored x = to.at(node.in(0)), dy = to.at(node.in(1)), dw = to.at(node);
        Filters f = new Filters(dw, grad.groups());
        var sums = new FilterSums(to, dw, x.blocks(), x.lanes() > 1);
        if (x.lanes() > 1) SideBySideConvolution.gradW(to, grad.window(), f, x, dy, dw, sums);
        else if (f.depthwise()) DepthwiseConvolution.gradW(to, grad.window(), f, x, dy, dw, sums);
        else PanelConvolution.gradW(to, grad.window(), f, x, dy, dw, sums);
    }

    /** Scratch memory of a convolution or its data gradient: filters are packed unless images lie side by side. */
    static long workspace(TensorType w, int lanes) { return lanes > 1 ? 0 : w.bytes(); }

    /** Where the first tap of the first window lies. */
    static long corner(Stored x, Window win) { return x.address() - win.top() * x.step('h') - win.left() * x.step('w'); }

    /** The loops merged, but never none. */
    static List<Loop> merged(Loop... loops) {
        List<Loop> merged = Loop.merged(List.of(loops));
        return merged.isEmpty() ? List.of(new Loop(1, 0, 0, 0)) : merged;
    }
}
