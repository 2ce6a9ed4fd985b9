// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;

/// Spoils files and payloads at random.
public final class Mutations {
    private Mutations() {}

    /// {@return the payload with a footer whose checksum is right, so that what lies behind the checksum is reached}
    public static byte[] sealed(byte[] body) {
        ByteBuf out = Unpooled.buffer(body.length + 10).writeBytes(body);
        DumpPayload.seal(out, 0);
        return Arrays.copyOf(out.array(), out.readableBytes());
    }

    /// One to four of: another byte, another bit, bytes lost, bytes doubled, a length made huge, an early end.
    public static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            int run = Math.min(bytes.length - at, 1 + random.nextInt(8));
            switch (random.nextInt(12)) {
                case 0 -> bytes = Arrays.copyOf(bytes, at);
                case 1 -> {
                    byte[] shorter = Arrays.copyOf(bytes, bytes.length - run);
                    System.arraycopy(bytes, at + run, shorter, at, bytes.length - at - run);
                    bytes = shorter;
                }
                case 2 -> {
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + run);
                    System.arraycopy(bytes, at, longer, at + run, bytes.length - at);
                    bytes = longer;
                }
                case 3 ->
                        Arrays.fill(
                                bytes, at, at + run, (byte) (random.nextBoolean() ? 0xff : 0x80));
                case 4, 5, 6 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 7 -> bytes[at]++;
                case 8 -> bytes[at]--;
                default -> bytes[at] = (byte) random.nextInt(256);
            }
        }
        return bytes;
    }
}
