package org.gabor.cpu.assemble;

import org.gabor.cpu.kernel.Rows;
import org.gabor.graph.Criterion;
import org.gabor.graph.Loss;

/**
 * Functions of samples' scores in machine code: as many samples at once as a vector has doubles, those that are left over
 * in a vector that is partly used. The samples of an image are one group after the other; a matrix is one image.
 *
 * @param op what is computed
 * @param isa for which instruction set
 */
record RowsAssembly(Rows op, Isa isa) implements Assembly {
    /** Scores of a block of work, about. */
    private static final int GRAIN = 1 << 11;

    // words of a row: addresses of the first sample, full groups, whether the samples that are left over belong to it
    private static final int X = 0;
    private static final int LABELS = 1;
    private static final int DY = 2;
    private static final int RESULT = 3;
    private static final int GROUPS = 4;
    private static final int REST = 5;
    private static final int WORDS = 6;

    /** Samples of an image that fill no vector. */
    private int rest() { return perImage() % lanes(); }

    private int lanes() { return isa.bytes / Double.BYTES; }

    private int perImage() { return op.plane() == 1 ? op.samples() : op.plane(); }

    @Override
    public Object form() { return new Rows(op.f(), rest(), op.c(), op.plane(), 0, 0, 0, 0); }

    /** Bytes from sample to sample of an image. */
    private long sampleBytes() { return (long) Float.BYTES * (op.plane() == 1 ? op.c() : 1); }

    /** True if there is one value of dy for a sample, not one for each score. */
    private boolean oneDy() { return op.f() instanceof Loss.SampleLossGrad; }

    private boolean oneResult() {
        return switch (op.f()) {
            case Loss.SampleLoss _,Loss.SampleWeight _,Loss.InTopK _ -> true;
            default -> false;
        };
    }

    @Override
    public void assemble(Assembler x) {
        x.add(Gp.RSP, -RowsCode.FRAME);
        x.load(RowsCode.X, Levels.argument(X));
        x.load(RowsCode.LABELS, Levels.argument(LABELS));
        x.load(RowsCode.DY, Levels.argument(DY));
        x.load(RowsCode.RESULT, Levels.argument(RESULT));
        x.load(Gp.RBX, Levels.argument(GROUPS));
        x.unlessZero(Gp.RBX, () -> x.loop(Gp.RBX, () -> {
            group(x, lanes());
            long scores = lanes() * sampleBytes(), values = (long) lanes() * Float.BYTES;
            x.add(RowsCode.X, scores);
            x.add(RowsCode.LABELS, values);
            x.add(RowsCode.DY, oneDy() ? values : scores);
            x.add(RowsCode.RESULT, oneResult() ? values : scores);
        }));
        if (rest() > 0) {
            x.load(Gp.RBX, Levels.argument(REST));
            x.unlessZero(Gp.RBX, () -> group(x, rest()));
        }
        x.add(Gp.RSP, RowsCode.FRAME);
    }

    private void group(Assembler x, int samples) {
        var code = new RowsCode(x, op.c(), samples, sampleBytes(), (long) Float.BYTES * op.plane());
        switch (op.f()) {
            case Loss.Softmax _ -> SoftmaxCode.softmax(code);
            case Loss.SoftmaxGrad _ -> SoftmaxCode.softmaxGradient(code);
            case Loss.LogSoftmax _ -> SoftmaxCode.logSoftmax(code);
            case Loss.LogSoftmaxGrad _ -> SoftmaxCode.logSoftmaxGradient(code);
            case Loss.InTopK top -> SoftmaxCode.inTopK(code, top.k());
            case Loss.SampleWeight w -> CrossEntropyCode.weight(code, w.criterion());
            case Loss.SampleLoss s -> {
                if (s.criterion() instanceof Criterion.CrossEntropy e) CrossEntropyCode.loss(code, e);
                else CriterionCode.loss(code, s.criterion());
            }
            case Loss.SampleLossGrad s -> {
                if (s.criterion() instanceof Criterion.CrossEntropy e) CrossEntropyCode.gradient(code, e);
                else CriterionCode.gradient(code, s.criterion());
            }
            case Loss.Sum _,Loss.Expand _ -> throw new IllegalStateException(op.f() + " is no function of samples");
        }
    }

    @Override
    public long[][] rows() {
        int images = op.samples() / perImage(), full = perImage() / lanes();
        int perBlock = Math.max(1, GRAIN / (lanes() * op.c())), blocks = Math.max(1, Math.ceilDiv(full, perBlock));
        var table = new long[images * blocks][WORDS];
        for (int i = 0; i < table.length; i++) {
            int image = i / blocks, block = i % blocks, group = block * perBlock;
            long sample = (long) image * perImage() + (long) group * lanes(), one = Float.BYTES * sample;
            long many = Float.BYTES * (long) image * perImage() * op.c() + group * (lanes() * sampleBytes());
            long[] row = table[i];
            row[X] = op.x() + many;
            row[LABELS] = op.labels() + one;
            row[DY] = op.dy() + (oneDy() ? one : many);
            row[RESULT] = op.result() + (oneResult() ? one : many);
            row[GROUPS] = Math.min(perBlock, full - group);
            row[REST] = block == blocks - 1 ? 1 : 0;
        }
        return table;
    }
}
