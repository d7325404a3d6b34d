package org.gabor.cuda;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.gabor.DeviceException;
import org.gabor.cuda.dnn.Algorithm;
import org.gabor.cuda.dnn.ConvolutionPlan;
import org.gabor.cuda.dnn.Direction;
import org.gabor.cuda.dnn.Dnn;
import org.gabor.cuda.dnn.FilterLayout;
import org.gabor.cuda.dnn.Geometry;
import org.gabor.cuda.dnn.TensorLayout;
import org.gabor.graph.Layout;
import org.gabor.graph.Shape;

/**
 * Computes convolutions by cuDNN, each by the algorithm that its heuristics rank first, or one that was taken earlier. The
 * choice depends on the problem alone and is kept, so that planning and running agree.
 *
 * <p>Which convolutions an algorithm takes differs from version to version and from GPU to GPU, and fewer are taken with the
 * channels last than first. So cuDNN is asked before a plan is made; what it refuses is solved with the channels first.
 */
final class Solver implements Convolutions {
    private final Dnn dnn;
    private final boolean tf32;
    private final boolean deterministic;
    private final long limit;
    private final Map<Problem, ConvolutionPlan> plans = new HashMap<>();
    private final Map<Problem, Problem> solvable = new HashMap<>();
    private final Map<Problem, Algorithm> chosen = new HashMap<>();
    /** Names of algorithms by problems as text. */
    private Map<String, String> earlier = Map.of();

    /**
     * @param tf32 whether products of F32 may be rounded to 10 bits of the significands
     * @param deterministic whether only algorithms are taken that give the same bits every time
     * @param limit the most scratch memory of a convolution, in bytes
     */
    Solver(Dnn dnn, boolean tf32, boolean deterministic, long limit) {
        this.dnn = dnn;
        this.tf32 = tf32;
        this.deterministic = deterministic;
        this.limit = limit;
    }

    @Override
    public synchronized Problem solvable(Problem problem) {
        Problem known = solvable.get(problem);
        if (known != null) return known;
        Problem taken = taken(problem);
        solvable.put(problem, taken);
        return taken;
    }

    private Problem taken(Problem problem) {
        Problem dense = problem.as(Layout.LOGICAL);
        if (earlier.containsKey(dense.toString())) return dense;
        try {
            algorithm(problem);
            return problem;
        } catch (DeviceException refused) {
            try {
                algorithm(dense);
            } catch (DeviceException again) {
                refused.addSuppressed(again);
                throw refused;
            }
            return dense;
        }
    }

    @Override
    public long workspace(Problem problem) { return algorithm(problem).workspace(); }

    /** The task that solves a problem. */
    Tasks.Task task(Convolve c) {
        ConvolutionPlan plan = plan(c.problem());
        Algorithm algorithm = algorithm(c.problem());
        return switch (c.problem().kind()) {
            case FORWARD -> _ -> plan.forward(algorithm, c.x(), c.w(), c.y(), c.workspace(), 1, 0);
            case BACKWARD_DATA -> _ -> plan.data(algorithm, c.w(), c.y(), c.x(), c.workspace(), 1, 0);
            case BACKWARD_FILTER -> _ -> plan.filter(algorithm, c.x(), c.y(), c.w(), c.workspace(), 1, 0);
        };
    }

    /** The algorithm that solves a problem. */
    synchronized Algorithm algorithm(Problem p) { return chosen.computeIfAbsent(p, this::choose); }

    /** From now on takes these algorithms for these problems, as far as they can be had. */
    synchronized void repeat(Map<String, String> algorithms) {
        earlier = Map.copyOf(algorithms);
        chosen.clear();
        solvable.clear();
    }

    private Algorithm choose(Problem p) {
        ConvolutionPlan plan = plan(p);
        return Optional.ofNullable(earlier.get(p.toString())).flatMap(name -> plan.find(direction(p), name))
                .filter(a -> a.workspace() <= limit && (!deterministic || a.isDeterministic()))
                .orElseGet(() -> plan.choose(direction(p), limit, deterministic));
    }

    private static Direction direction(Problem p) {
        return switch (p.kind()) {
            case FORWARD -> Direction.FORWARD;
            case BACKWARD_DATA -> Direction.DATA;
            case BACKWARD_FILTER -> Direction.FILTER;
        };
    }

    private synchronized ConvolutionPlan plan(Problem p) {
        return plans.computeIfAbsent(p.as(Problem.Kind.FORWARD), this::describe);
    }

    private ConvolutionPlan describe(Problem p) {
        Shape w = p.w();
        var filters = new FilterLayout(p.dtype(), w.dim(0), w.dim(1), w.dim(2), w.dim(3), !p.layout().logical());
        var geometry = new Geometry(p.padH(), p.padW(), p.strideH(), p.strideW(), p.dilationH(), p.dilationW(), p.groups());
        return dnn.convolution(images(p, p.x()), filters, geometry, images(p, p.y()), tf32);
    }

    private static TensorLayout images(Problem p, Shape x) {
        return p.layout().logical() ? TensorLayout.nchw(p.dtype(), x.n(), x.c(), x.h(), x.w())
                : TensorLayout.nhwc(p.dtype(), x.n(), x.c(), x.h(), x.w());
    }
}
