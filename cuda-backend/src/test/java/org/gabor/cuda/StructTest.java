package org.gabor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Structs lie as a C compiler lays them out, and divisors divide. */
class StructTest {
    @Test
    void fieldsStartAtMultiplesOfTheirSizes() {
        ByteBuffer bytes = bytes(new Struct(32).small(7).integer(-2).number(1.5f).big(1L << 40).small(9));
        assertThat(bytes.get(0)).isEqualTo((byte) 7);
        assertThat(bytes.getInt(4)).isEqualTo(-2);
        assertThat(bytes.getFloat(8)).isEqualTo(1.5f);
        assertThat(bytes.getLong(16)).isEqualTo(1L << 40);
        assertThat(bytes.get(24)).isEqualTo((byte) 9);
        assertThatThrownBy(() -> new Struct(20)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void divisorsDivideAllNumbersOf32Bits() {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            int d = 1 + (random.nextInt() >>> 1 + random.nextInt(31));
            long multiple = d * (random.nextLong((1L << 32) / d) + 1);
            for (long n : new long[] {0, d - 1, d, multiple - 1, Math.min(multiple, (1L << 32) - 1), (1L << 32) - 1,
                    random.nextLong(1L << 32)})
                assertThat(quotient(n, d)).as("%d / %d", n, d).isEqualTo(n / d);
        }
    }

    /** As division.cuh has it. */
    private static long quotient(long n, int d) {
        ByteBuffer divisor = bytes(new Struct(16).divisor(d));
        long high = n * Integer.toUnsignedLong(divisor.getInt(4)) >>> 32;
        int shift = divisor.getInt(8), first = Math.min(shift, 1);
        assertThat(divisor.getInt(0)).isEqualTo(d);
        return (high + (n - high >>> first)) >>> shift - first;
    }

    private static ByteBuffer bytes(Struct struct) { return ByteBuffer.wrap(struct.toBytes()).order(ByteOrder.nativeOrder()); }
}
