// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The requests of one pipeline as bytes, encoded once, and the places in them where a key's digits go.
///
/// ```
/// *2 CRLF $3 CRLF GET CRLF $16 CRLF key:000000123456 CRLF  *2 CRLF $3 CRLF GET ...
///                                       ^ twelve digits, three writes of four
/// ```
///
/// Immutable; each connection sends from a copy of its own, which [#patch] changes.
final class RequestBatch {
    static final int KEY_BYTES = 16;
    private static final int GROUP = 10_000;
    private static final ValueLayout.OfInt FOUR_DIGITS =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int[] DIGITS = digits();
    private static final int NO_FIELD = -1;

    private final byte[] bytes;
    private final int[] keyOffsets;
    private final int[] fieldOffsets;

    private RequestBatch(byte[] bytes, int[] keyOffsets, int[] fieldOffsets) {
        this.bytes = bytes;
        this.keyOffsets = keyOffsets;
        this.fieldOffsets = fieldOffsets;
    }

    static RequestBatch of(Workload workload) {
        var encoder = new Encoder(workload);
        for (int i = 0; i < workload.pipeline(); i++) {
            encoder.request();
        }
        return new RequestBatch(
                encoder.out.toByteArray(),
                Arrays.copyOf(encoder.keyOffsets, encoder.count),
                Arrays.copyOf(encoder.fieldOffsets, encoder.count));
    }

    int size() {
        return bytes.length;
    }

    /// {@return how many key numbers one batch takes}
    int keys() {
        return keyOffsets.length;
    }

    void copyTo(MemorySegment target) {
        MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    /// Writes `number` into the `index`-th key of a copy.
    void patch(MemorySegment copy, int index, long number) {
        int field = fieldOffsets[index];
        long inKey = number;
        if (field != NO_FIELD) {
            inKey = number / 10;
            copy.set(ValueLayout.JAVA_BYTE, field, (byte) ('0' + number % 10));
        }
        int at = keyOffsets[index];
        long high = inKey / GROUP;
        copy.set(FOUR_DIGITS, at, DIGITS[(int) (high / GROUP)]);
        copy.set(FOUR_DIGITS, at + 4L, DIGITS[(int) (high % GROUP)]);
        copy.set(FOUR_DIGITS, at + 8L, DIGITS[(int) (inKey % GROUP)]);
    }

    /// Each number below 10,000 as four ASCII digits in one integer.
    private static int[] digits() {
        int[] groups = new int[GROUP];
        for (int i = 0; i < GROUP; i++) {
            groups[i] =
                    ('0' + i / 1000)
                            | (('0' + i / 100 % 10) << 8)
                            | (('0' + i / 10 % 10) << 16)
                            | (('0' + i % 10) << 24);
        }
        return groups;
    }

    private static final class Encoder {
        private final Workload workload;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final int[] keyOffsets;
        private final int[] fieldOffsets;
        private final byte[] value;
        private int count;

        Encoder(Workload workload) {
            this.workload = workload;
            int keys = workload.pipeline() * workload.command().keys();
            keyOffsets = new int[keys];
            fieldOffsets = new int[keys];
            value = new byte[workload.valueBytes()];
            Arrays.fill(value, (byte) 'x');
        }

        void request() {
            Command command = workload.command();
            switch (command) {
                case PING -> head(1, command);
                case GET, INCR -> {
                    head(2, command);
                    key(command == Command.INCR ? "ctr:" : "key:");
                }
                case SET, MSET -> {
                    head(1 + 2 * command.keys(), command);
                    for (int i = 0; i < command.keys(); i++) {
                        key("key:");
                        bulk(value);
                    }
                }
                case HSET -> {
                    head(4, command);
                    key("hsh:");
                    bulk("field0".getBytes(US_ASCII));
                    // The digit is the last byte before the line end.
                    fieldOffsets[count - 1] = out.size() - 3;
                    bulk(value);
                }
            }
        }

        private void head(int words, Command command) {
            text("*" + words + "\r\n");
            bulk(command.name().getBytes(US_ASCII));
        }

        private void key(String prefix) {
            text("$" + KEY_BYTES + "\r\n" + prefix);
            keyOffsets[count] = out.size();
            fieldOffsets[count] = NO_FIELD;
            count++;
            text("000000000000\r\n");
        }

        private void bulk(byte[] word) {
            text("$" + word.length + "\r\n");
            out.writeBytes(word);
            text("\r\n");
        }

        private void text(String text) {
            out.writeBytes(text.getBytes(US_ASCII));
        }
    }
}
