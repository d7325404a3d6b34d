package org.gabor.cpu.assemble;

import java.lang.foreign.MemorySegment;
import org.gabor.cpu.emit.Kernel;
import org.gabor.cpu.emit.Scratch;

/**
 * A kernel in machine code: a call a block.
 *
 * @param function the code
 * @param rows address of the first row of arguments
 * @param rowBytes from row to row
 * @param blocks how many rows there are
 * @param images blocks of images into which they divide, or 0
 * @param parts groups of images that go in order
 */
record AssembledKernel(MemorySegment function, long rows, long rowBytes, int blocks, int images, int parts)
        implements Kernel {
    @Override
    public void run(Scratch scratch, int block) { CodeMemory.call(function, rows + block * rowBytes); }
}
