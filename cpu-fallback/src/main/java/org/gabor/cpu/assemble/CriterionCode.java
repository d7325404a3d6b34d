package org.gabor.cpu.assemble;

import static org.gabor.cpu.assemble.RowsCode.A;
import static org.gabor.cpu.assemble.RowsCode.B;
import static org.gabor.cpu.assemble.RowsCode.C;
import static org.gabor.cpu.assemble.RowsCode.D;
import static org.gabor.cpu.assemble.RowsCode.MASK;
import static org.gabor.cpu.assemble.RowsCode.P;
import static org.gabor.cpu.assemble.RowsCode.Q;
import static org.gabor.cpu.assemble.RowsCode.R;
import static org.gabor.cpu.assemble.RowsCode.V;
import static org.gabor.cpu.assemble.Vector.VADDPD;
import static org.gabor.cpu.assemble.Vector.VDIVPD;
import static org.gabor.cpu.assemble.Vector.VMAXPD;
import static org.gabor.cpu.assemble.Vector.VMULPD;
import static org.gabor.cpu.assemble.Vector.VPOR;
import static org.gabor.cpu.assemble.Vector.VPXOR;
import static org.gabor.cpu.assemble.Vector.VSUBPD;

import org.gabor.cpu.assemble.Assembler.Comparison;
import org.gabor.graph.Criterion;
import org.gabor.graph.Criterion.BinaryCrossEntropy;
import org.gabor.graph.Criterion.CrossEntropy;
import org.gabor.graph.Criterion.MultiMargin;
import org.gabor.graph.Criterion.SquaredError;

/** Criteria that are means over the classes, and their gradients: all but the cross entropy. */
final class CriterionCode {
    private static final long SIGN = Long.MIN_VALUE;

    private CriterionCode() {}

    static void loss(RowsCode code, Criterion criterion) {
        Assembler x = code.x;
        code.labels();
        if (criterion instanceof MultiMargin) code.labelled(P);
        x.zero(Q);
        code.eachClass(() -> {
            term(code, criterion);
            x.op(VADDPD, Q, Q, V);
        });
        x.op(VDIVPD, Q, Q, x.literal((double) code.classes));
        code.checkLabel(Q, code.classes);
        code.storeSample(Q);
    }

    /** V = what the class at hand adds to the loss. */
    private static void term(RowsCode code, Criterion criterion) {
        Assembler x = code.x;
        switch (criterion) {
            case MultiMargin m -> {
                violation(code, m);
                if (m.power() == 2) x.op(VMULPD, V, V, V);
                code.setOfLabel(V, 0);
            }
            case SquaredError _ -> {
                difference(code);
                x.op(VMULPD, V, V, V);
            }
            case BinaryCrossEntropy _ -> {
                // max(s, 0) + log(1 + e^-|s|), s the score with the sign that makes it wrong
                code.score(V);
                wrong(code);
                x.op(VPXOR, V, V, R);
                x.op(VPOR, D, V, x.literal(SIGN));
                DoubleFunctions.exp(x, DoubleFunctions.LONG, D, A, B);
                DoubleFunctions.logOfOnePlus(x, D, A, B, C);
                x.zero(A);
                x.op(VMAXPD, V, A, V);
                x.op(VADDPD, V, V, D);
            }
            case CrossEntropy _ -> throw new IllegalArgumentException("the cross entropy is no mean");
        }
    }

    static void gradient(RowsCode code, Criterion criterion) {
        Assembler x = code.x;
        code.labels();
        if (criterion instanceof MultiMargin m) {
            code.labelled(P);
            x.zero(Q);
            code.eachClass(() -> {
                slope(code, m);
                x.op(VADDPD, Q, Q, V);
            });
            x.op(VPXOR, Q, Q, x.literal(SIGN));
        }
        code.eachClass(() -> {
            derivative(code, criterion);
            code.sampleGradient(A);
            x.op(VMULPD, V, V, A);
            x.op(VDIVPD, V, V, x.literal((double) code.classes));
            code.checkLabel(V, code.classes);
            code.store(V);
        });
    }

    /** V = the derivative of the class at hand, before it is divided by their number. */
    private static void derivative(RowsCode code, Criterion criterion) {
        Assembler x = code.x;
        switch (criterion) {
            case MultiMargin m -> {
                slope(code, m);
                code.ofLabel(V, Q);
            }
            case SquaredError _ -> {
                difference(code);
                x.op(VADDPD, V, V, V);
            }
            case BinaryCrossEntropy _ -> {
                // sigmoid(s) with the sign of s
                wrong(code);
                code.score(V);
                x.op(VPXOR, V, V, R);
                x.op(VPXOR, V, V, x.literal(SIGN));
                DoubleFunctions.exp(x, DoubleFunctions.LONG, V, A, B);
                DoubleFunctions.reciprocalOfOnePlus(x, V, A);
                x.op(VPXOR, V, V, R);
            }
            case CrossEntropy _ -> throw new IllegalArgumentException("the cross entropy is no mean");
        }
    }

    /** V = max(0, margin - the label's score + the score). */
    private static void violation(RowsCode code, MultiMargin m) {
        Assembler x = code.x;
        code.set(A, m.margin());
        x.op(VSUBPD, A, A, P);
        code.score(V);
        x.op(VADDPD, V, A, V);
        x.zero(A);
        x.op(VMAXPD, V, A, V);
    }

    /** V = the derivative of a power of the violation, 0 for the label. */
    private static void slope(RowsCode code, MultiMargin m) {
        Assembler x = code.x;
        violation(code, m);
        x.zero(A);
        x.compareDoubles(MASK, Comparison.GREATER, V, A);
        if (m.power() == 1) code.set(B, 1);
        else x.op(VADDPD, B, V, V);
        x.chooseDoubles(V, MASK, B, A);
        code.setOfLabel(V, 0);
    }

    /** V = the score less its target: 1 for the label, else 0. */
    private static void difference(RowsCode code) {
        Assembler x = code.x;
        x.zero(A);
        code.setOfLabel(A, 1);
        code.score(V);
        x.op(VSUBPD, V, V, A);
    }

    /** R = the sign of minus 1 for the label, else 0. */
    private static void wrong(RowsCode code) {
        code.x.zero(R);
        code.setOfLabel(R, -0.0);
    }
}
