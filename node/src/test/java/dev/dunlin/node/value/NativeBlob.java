// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.offheap.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// A block of native memory of exactly the bytes asked for, between guard bytes that [#close] looks at.
final class NativeBlob implements AutoCloseable {
    private static final int GUARD = 16;
    private static final byte GUARD_BYTE = (byte) 0xa5;

    private ByteBuf buffer;
    private int bytes;

    NativeBlob(int bytes) {
        this.bytes = bytes;
        this.buffer = guarded(bytes);
    }

    static NativeBlob of(byte[] content) {
        var blob = new NativeBlob(content.length);
        blob.put(content);
        return blob;
    }

    long address() {
        return buffer.memoryAddress() + GUARD;
    }

    int bytes() {
        return bytes;
    }

    /// Moves the block, as an owner that grows it would.
    void resize(int newBytes) {
        ByteBuf bigger = guarded(newBytes);
        Memory.copy(address(), bigger.memoryAddress() + GUARD, Math.min(bytes, newBytes));
        close();
        buffer = bigger;
        bytes = newBytes;
    }

    byte[] content() {
        byte[] content = new byte[bytes];
        Memory.copyOut(address(), content, 0, bytes);
        return content;
    }

    void put(byte[] content) {
        Memory.copyIn(content, 0, address(), content.length);
    }

    private static ByteBuf guarded(int bytes) {
        ByteBuf buffer = Unpooled.directBuffer(bytes + 2 * GUARD);
        Memory.fill(buffer.memoryAddress(), bytes + 2 * GUARD, GUARD_BYTE);
        return buffer;
    }

    @Override
    public void close() {
        for (int i = 0; i < GUARD; i++) {
            assertThat(Memory.getByte(address() - 1 - i)).as("guard before").isEqualTo(GUARD_BYTE);
            assertThat(Memory.getByte(address() + bytes + i))
                    .as("guard behind")
                    .isEqualTo(GUARD_BYTE);
        }
        buffer.release();
    }
}
