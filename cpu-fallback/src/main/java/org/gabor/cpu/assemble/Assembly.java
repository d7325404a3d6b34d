package org.gabor.cpu.assemble;

/** How a kernel is written in machine code. Implementations are records, or have equality to the same effect. */
interface Assembly {
    /** What the code depends on: kernels with equal forms share their code. It holds no addresses. */
    Object form();

    /** Writes the body of the function. RDI points to a row of 64-bit arguments; all registers but RSP may be used. */
    void assemble(Assembler x);

    /** The arguments of each block of work, one row a block; all rows are of one length. */
    long[][] rows();

    /** Blocks of images into which the rows divide evenly, image after image; 0 if they do not. */
    default int images() { return 0; }

    /** Groups of images that go in order, as {@link org.gabor.cpu.emit.Kernel#parts} has it. */
    default int parts() { return images(); }
}
