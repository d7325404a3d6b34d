package org.gabor.cuda.driver;

/** Memory of the device with one owner. Closed, it is kept for the next buffer of its size. */
public final class DeviceBuffer extends Resource {
    private final DeviceMemory memory;
    private final DeviceMemory.Block block;
    private final long bytes;

    DeviceBuffer(Context context, long bytes, DeviceMemory memory) {
        this(context, bytes, memory, take(context, bytes, memory));
    }

    private DeviceBuffer(Context context, long bytes, DeviceMemory memory, DeviceMemory.Block block) {
        super(context, Kind.DEVICE_BUFFER);
        this.memory = memory;
        this.block = block;
        this.bytes = bytes;
    }

    private static DeviceMemory.Block take(Context context, long bytes, DeviceMemory memory) {
        if (bytes < 0) throw new IllegalArgumentException(bytes + " bytes");
        context.enter();
        return memory.take(bytes);
    }

    /** Where it starts, a multiple of 512. */
    public long address() { return block.address().value(); }

    /** Bytes that were asked for. */
    public long bytes() { return bytes; }

    @Override
    protected void free() {}

    @Override
    protected void released() { memory.giveBack(block); }
}
