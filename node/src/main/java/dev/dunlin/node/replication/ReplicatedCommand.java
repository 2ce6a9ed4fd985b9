// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/// One command of a stream, as ranges of the buffer it came in. The object is reused: it is valid during one call.
public final class ReplicatedCommand {
    private static final int ARGUMENTS_INITIAL = 16;

    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private int[] indexes = new int[ARGUMENTS_INITIAL];
    private int[] lengths = new int[ARGUMENTS_INITIAL];
    private int base;
    private int count;

    ReplicatedCommand() {}

    /// {@return number of arguments, the name included; at least 1}
    public int argumentCount() {
        return count;
    }

    /// {@return the buffer all arguments lie in}
    public ByteBuf buffer() {
        return buffer;
    }

    /// {@return where argument `i` begins in [#buffer()]}
    public int index(int i) {
        return base + indexes[check(i)];
    }

    /// {@return length of argument `i` in bytes}
    public int length(int i) {
        return lengths[check(i)];
    }

    /// {@return a copy of argument `i`}
    public byte[] bytes(int i) {
        byte[] copy = new byte[length(i)];
        buffer.getBytes(index(i), copy);
        return copy;
    }

    /// {@return argument `i` as text, one character per byte}
    public String text(int i) {
        return buffer.toString(index(i), length(i), ISO_8859_1);
    }

    /// {@return whether argument `i` is `word`, which is lower-case ASCII, in any case}
    public boolean is(int i, String word) {
        if (i >= count || lengths[i] != word.length()) {
            return false;
        }
        int at = index(i);
        for (int k = 0; k < word.length(); k++) {
            int b = buffer.getByte(at + k);
            if (b >= 'A' && b <= 'Z') {
                b += 'a' - 'A';
            }
            if (b != word.charAt(k)) {
                return false;
            }
        }
        return true;
    }

    void clear() {
        count = 0;
    }

    void add(int index, int length) {
        if (count == indexes.length) {
            indexes = Arrays.copyOf(indexes, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        indexes[count] = index;
        lengths[count] = length;
        count++;
    }

    void locate(ByteBuf in, int baseIndex) {
        buffer = in;
        base = baseIndex;
    }

    private int check(int i) {
        if (i >= count) {
            throw new IndexOutOfBoundsException(i);
        }
        return i;
    }
}
