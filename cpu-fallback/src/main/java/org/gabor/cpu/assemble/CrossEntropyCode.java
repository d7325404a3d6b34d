package org.gabor.cpu.assemble;

import static org.gabor.cpu.assemble.RowsCode.A;
import static org.gabor.cpu.assemble.RowsCode.B;
import static org.gabor.cpu.assemble.RowsCode.C;
import static org.gabor.cpu.assemble.RowsCode.D;
import static org.gabor.cpu.assemble.RowsCode.P;
import static org.gabor.cpu.assemble.RowsCode.Q;
import static org.gabor.cpu.assemble.RowsCode.R;
import static org.gabor.cpu.assemble.RowsCode.S;
import static org.gabor.cpu.assemble.RowsCode.V;
import static org.gabor.cpu.assemble.Vector.VADDPD;
import static org.gabor.cpu.assemble.Vector.VDIVPD;
import static org.gabor.cpu.assemble.Vector.VFMADD231PD;
import static org.gabor.cpu.assemble.Vector.VMULPD;
import static org.gabor.cpu.assemble.Vector.VSUBPD;

import org.gabor.graph.Criterion.CrossEntropy;

/** Cross entropy with label smoothing, weights of classes and an ignored label ({@link CrossEntropy}). */
final class CrossEntropyCode {
    private CrossEntropyCode() {}

    static void loss(RowsCode code, CrossEntropy e) {
        Assembler x = code.x;
        code.labels();
        code.largest(P);
        code.labelled(R);
        labelWeight(code, e, S);
        code.sumOfExponentials(Q, P);
        // -log p = log + (largest - score)
        DoubleFunctions.log(x, Q, A, B, C);
        x.op(VSUBPD, V, P, R);
        x.op(VADDPD, V, V, Q);
        x.op(VMULPD, V, V, S);
        x.op(VMULPD, R, V, x.literal(1 - e.smoothing()));
        if (e.smoothing() != 0) {
            x.zero(S);
            code.eachClass(e.weights(), () -> {
                code.score(V);
                x.op(VSUBPD, V, P, V);
                x.op(VADDPD, V, V, Q);
                weight(code, e, A);
                x.op(VFMADD231PD, S, V, A);
            });
            x.op(VFMADD231PD, R, S, x.literal(e.smoothing() / code.classes));
        }
        finish(code, e, R);
        code.storeSample(R);
    }

    /** p times the weight of all targets, minus the target's own. */
    static void gradient(RowsCode code, CrossEntropy e) {
        Assembler x = code.x;
        double share = e.smoothing() / code.classes;
        double all = 0;
        for (int i = 0; i < code.classes; i++) all += share * (e.weights().isEmpty() ? 1 : e.weights().get(i));
        double others = all;
        code.labels();
        code.largest(P);
        labelWeight(code, e, S);
        x.op(VMULPD, S, S, x.literal(1 - e.smoothing()));
        code.sumOfExponentials(Q, P);
        code.sampleGradient(R);
        code.eachClass(e.weights(), () -> {
            code.exponential(V, P);
            x.op(VDIVPD, V, V, Q);
            x.op(VADDPD, A, S, x.literal(others));
            x.op(VMULPD, V, V, A);
            if (share != 0) {
                weight(code, e, A);
                x.op(VMULPD, A, A, x.literal(share));
                x.op(VSUBPD, V, V, A);
            }
            x.op(VSUBPD, D, V, S);
            code.ofLabel(V, D);
            x.op(VMULPD, V, V, R);
            finish(code, e, V);
            code.store(V);
        });
    }

    /** The weight of every label, 1 without weights. */
    static void weight(RowsCode code, CrossEntropy e) {
        code.labels();
        labelWeight(code, e, S);
        if (!e.weights().isEmpty()) code.checkLabel(S, e.weights().size());
        e.ignore().ifPresent(label -> code.ignore(S, label));
        code.storeSample(S);
    }

    /** d = the label's weight. */
    private static void labelWeight(RowsCode code, CrossEntropy e, int d) {
        code.set(d, 1);
        if (e.weights().isEmpty()) return;
        code.eachValue(e.weights(), () -> {
            code.table(A);
            code.ofLabel(d, A);
        });
    }

    /** d = the weight of the class at hand. */
    private static void weight(RowsCode code, CrossEntropy e, int d) {
        if (e.weights().isEmpty()) code.set(d, 1);
        else code.table(d);
    }

    private static void finish(RowsCode code, CrossEntropy e, int d) {
        code.checkLabel(d, code.classes);
        e.ignore().ifPresent(label -> code.ignore(d, label));
    }
}
