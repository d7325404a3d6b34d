package org.gabor.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gabor.cpu.assemble.AssembledEmitter;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.JavaEmitter;
import org.gabor.cpu.emit.Program;
import org.gabor.cpu.kernel.Description;

/** Every emitter that this machine can run. */
final class Emitters {
    private Emitters() {}

    static Stream<Emitter> all() {
        var all = new ArrayList<Emitter>(List.of(new JavaEmitter()));
        for (String isa : List.of("avx2", "avx512")) {
            try {
                all.add(AssembledEmitter.create(isa));
            } catch (UnsupportedOperationException _) {
                // this machine has no such instructions
            }
        }
        return all.stream();
    }

    /** Runs one kernel. */
    static void run(Emitter emitter, Description description) {
        try (Program program = emitter.emit(List.of(description)); var workers = new Workers(2)) {
            program.kernels().forEach(workers::run);
        }
    }
}
