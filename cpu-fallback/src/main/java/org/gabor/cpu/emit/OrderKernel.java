package org.gabor.cpu.emit;

import org.gabor.cpu.kernel.Order;
import org.gabor.random.Permutation;

/** Numbers of samples: a place in a permutation each. */
final class OrderKernel implements Kernel {
    private final Order order;

    OrderKernel(Order order) {
        this.order = order;
    }

    @Override
    public int blocks() { return 1; }

    @Override
    public void run(Scratch scratch, int block) {
        long seed = (long) Memory.i32(order.seed() + Integer.BYTES) << 32 | Memory.i32(order.seed()) & 0xFFFFFFFFL;
        var permutation = Permutation.of(seed, Memory.i32(order.epoch()), order.op().samples());
        int batch = order.op().batch(), first = Memory.i32(order.step()) % order.op().steps() * batch;
        for (int i = 0; i < batch; i++) Memory.i32(order.result() + (long) i * Integer.BYTES, permutation.at(first + i));
    }
}
