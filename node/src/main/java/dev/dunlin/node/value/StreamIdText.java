// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.Decimal;

/// The text of an id in native memory, such as `1526919030474-55`; valid until the next is written.
///
/// Thread: owned by the node's loop.
public final class StreamIdText {
    private static final int BYTES_MAX = 2 * Decimal.LONG_CHARS_MAX + 1;

    private final long address;
    private int bytes;

    StreamIdText(Keyspace keyspace) {
        address = keyspace.allocateScratch(BYTES_MAX);
    }

    public StreamIdText write(long ms, long seq) {
        long end = number(address, ms);
        Memory.putByte(end, (byte) '-');
        bytes = (int) (number(end + 1, seq) - address);
        return this;
    }

    private static long number(long target, long value) {
        if (value >= 0) {
            return Decimal.write(target, value);
        }
        byte[] digits = Long.toUnsignedString(value).getBytes(US_ASCII);
        Memory.copyIn(digits, 0, target, digits.length);
        return target + digits.length;
    }

    public long address() {
        return address;
    }

    public int bytes() {
        return bytes;
    }
}
