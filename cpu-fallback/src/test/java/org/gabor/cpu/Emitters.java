package org.gabor.cpu;

import java.util.List;
import java.util.stream.Stream;
import org.gabor.cpu.assemble.AssembledEmitter;
import org.gabor.cpu.emit.Emitter;
import org.gabor.cpu.emit.JavaEmitter;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Program;
import org.gabor.cpu.kernel.Description;

/** The emitters that this machine runs, for tests of what each makes of a description. */
final class Emitters {
    private Emitters() {}

    static Stream<Emitter> all() {
        Stream<Emitter> assembled = Stream.of("avx512", "avx2").flatMap(name -> {
            try {
                return Stream.of(AssembledEmitter.create(name));
            } catch (UnsupportedOperationException e) {
                return Stream.of();
            }
        });
        return Stream.concat(assembled, Stream.of(new JavaEmitter()));
    }

    /** Runs kernels one after the other on two threads. */
    static void run(Emitter emitter, Description... descriptions) {
        try (Program program = emitter.emit(List.of(descriptions)); var workers = new Workers(2)) {
            for (Kernel k : program.kernels())
                workers.run(k.parts() < k.images() ? new Together(List.of(k), k.images(), k.parts()) : k);
        }
    }
}
