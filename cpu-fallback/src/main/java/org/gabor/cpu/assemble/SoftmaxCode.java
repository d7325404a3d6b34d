package org.gabor.cpu.assemble;

import static org.gabor.cpu.assemble.RowsCode.A;
import static org.gabor.cpu.assemble.RowsCode.B;
import static org.gabor.cpu.assemble.RowsCode.C;
import static org.gabor.cpu.assemble.RowsCode.CLASS;
import static org.gabor.cpu.assemble.RowsCode.D;
import static org.gabor.cpu.assemble.RowsCode.LABEL;
import static org.gabor.cpu.assemble.RowsCode.MASK;
import static org.gabor.cpu.assemble.RowsCode.P;
import static org.gabor.cpu.assemble.RowsCode.Q;
import static org.gabor.cpu.assemble.RowsCode.R;
import static org.gabor.cpu.assemble.RowsCode.V;
import static org.gabor.cpu.assemble.Vector.VADDPD;
import static org.gabor.cpu.assemble.Vector.VDIVPD;
import static org.gabor.cpu.assemble.Vector.VFMADD231PD;
import static org.gabor.cpu.assemble.Vector.VFNMADD231PD;
import static org.gabor.cpu.assemble.Vector.VMULPD;
import static org.gabor.cpu.assemble.Vector.VSUBPD;

import org.gabor.cpu.assemble.Assembler.Comparison;

/** Softmax, its logarithm, their gradients, and whether a label's score is among the largest ({@link org.gabor.graph.Loss}). */
final class SoftmaxCode {
    private SoftmaxCode() {}

    static void softmax(RowsCode code) {
        code.largest(P);
        code.sumOfExponentials(Q, P);
        code.eachClass(() -> {
            code.exponential(V, P);
            code.x.op(VDIVPD, V, V, Q);
            code.store(V);
        });
    }

    static void softmaxGradient(RowsCode code) {
        Assembler x = code.x;
        x.zero(P);
        code.eachClass(() -> {
            code.score(V);
            code.gradient(A);
            x.op(VFMADD231PD, P, V, A);
        });
        code.eachClass(() -> {
            code.score(V);
            code.gradient(A);
            x.op(VSUBPD, A, A, P);
            x.op(VMULPD, V, V, A);
            code.store(V);
        });
    }

    static void logSoftmax(RowsCode code) {
        Assembler x = code.x;
        code.largest(P);
        code.sumOfExponentials(Q, P);
        DoubleFunctions.log(x, Q, A, B, C);
        code.eachClass(() -> {
            code.score(V);
            x.op(VSUBPD, V, V, P);
            x.op(VSUBPD, V, V, Q);
            code.store(V);
        });
    }

    static void logSoftmaxGradient(RowsCode code) {
        Assembler x = code.x;
        x.zero(P);
        code.eachClass(() -> {
            code.gradient(V);
            x.op(VADDPD, P, P, V);
        });
        code.eachClass(() -> {
            code.score(V);
            DoubleFunctions.exp(x, DoubleFunctions.LONG, V, A, B);
            code.gradient(C);
            x.op(VFNMADD231PD, C, V, P);
            code.store(C);
        });
    }

    /** Counts the classes that come before the label: those above it, NaN above all, and equal ones before it. */
    static void inTopK(RowsCode code, int k) {
        Assembler x = code.x;
        code.labels();
        code.labelled(P);
        x.zero(Q);
        code.set(R, 1);
        code.eachClass(() -> {
            code.score(V);
            x.zero(A);
            x.compareDoubles(MASK, Comparison.LESS, CLASS, LABEL);
            x.chooseDoubles(B, MASK, R, A);
            x.compareDoubles(MASK, Comparison.EQUAL, V, P);
            x.chooseDoubles(B, MASK, B, A);
            x.compareDoubles(MASK, Comparison.NOT_AT_MOST, V, P);
            x.chooseDoubles(B, MASK, R, B);
            code.ofLabel(B, A);
            x.op(VADDPD, Q, Q, B);
        });
        code.set(D, k);
        x.compareDoubles(MASK, Comparison.LESS, Q, D);
        x.zero(A);
        x.chooseDoubles(V, MASK, R, A);
        code.unlessClass(V, code.classes, 0);
        code.storeSample(V);
    }
}
