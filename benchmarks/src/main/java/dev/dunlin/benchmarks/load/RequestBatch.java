// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// The requests of one pipeline as bytes, encoded once, and the places in them where a key's digits go.
///
/// ```
/// *2 CRLF $3 CRLF GET CRLF $16 CRLF key:000000123456 CRLF  *2 CRLF $3 CRLF GET ...
///                                       ^ twelve digits, three writes of four
/// ```
///
/// Immutable; each connection sends from a copy of its own, which [#patch] changes.
final class RequestBatch {
    private static final int NUMBER_DIGITS = 12;
    private static final int GROUP = 10_000;
    private static final ValueLayout.OfInt FOUR_DIGITS =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int[] DIGITS = digits();
    private static final int NO_FIELD = -1;

    private final byte[] bytes;
    private final int[] keyOffsets;
    private final int[] fieldOffsets;
    private final long[] ranges;

    private RequestBatch(byte[] bytes, int[] keyOffsets, int[] fieldOffsets, long[] ranges) {
        this.bytes = bytes;
        this.keyOffsets = keyOffsets;
        this.fieldOffsets = fieldOffsets;
        this.ranges = ranges;
    }

    static RequestBatch of(Workload workload) {
        return of(workload, 0);
    }

    /// @param first which of the command's requests comes first, where several take turns
    static RequestBatch of(Workload workload, int first) {
        var encoder = new Encoder(workload);
        List<Command.Request> requests = workload.command().requests();
        for (int i = 0; i < workload.pipeline(); i++) {
            encoder.request(requests.get((first + i) % requests.size()).words());
        }
        return new RequestBatch(
                encoder.out.toByteArray(),
                Arrays.copyOf(encoder.keyOffsets, encoder.count),
                Arrays.copyOf(encoder.fieldOffsets, encoder.count),
                Arrays.copyOf(encoder.ranges, encoder.count));
    }

    int size() {
        return bytes.length;
    }

    /// {@return how many numbers one batch takes}
    int keys() {
        return keyOffsets.length;
    }

    void copyTo(MemorySegment target) {
        MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    /// Writes `number` into the `index`-th place of a copy.
    void patch(MemorySegment copy, int index, long number) {
        int field = fieldOffsets[index];
        long inKey = ranges[index] == 0 ? number : number % ranges[index];
        if (field != NO_FIELD) {
            inKey = number / 10;
            copy.set(ValueLayout.JAVA_BYTE, field, (byte) ('0' + number % 10));
        }
        boolean whole = keyOffsets[index] > 0;
        int at = Math.abs(keyOffsets[index]);
        long high = inKey / GROUP;
        if (whole) {
            copy.set(FOUR_DIGITS, at, DIGITS[(int) (high / GROUP)]);
        }
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
        private final byte[] value;
        private int[] keyOffsets = new int[16];
        private int[] fieldOffsets = new int[16];
        private long[] ranges = new long[16];
        private int count;

        Encoder(Workload workload) {
            this.workload = workload;
            value = new byte[workload.valueBytes()];
            Arrays.fill(value, (byte) 'x');
        }

        void request(List<Word> words) {
            if (workload.command().isInline()) {
                text(((Word.Text) words.getFirst()).text() + "\r\n");
                return;
            }
            text("*" + words.size() + "\r\n");
            words.forEach(this::word);
        }

        private void word(Word word) {
            switch (word) {
                case Word.Text(String text) -> bulk(text.getBytes(US_ASCII));
                case Word.Value _ -> bulk(value);
                case Word.Digits(String prefix, int digits, long range) ->
                        number(prefix, digits, range);
                case Word.TenthOfNumber(String prefix) -> number(prefix, NUMBER_DIGITS, 0);
                case Word.LastDigit(String prefix) -> {
                    bulk((prefix + "0").getBytes(US_ASCII));
                    // The digit is the last byte before the line end.
                    fieldOffsets[count - 1] = out.size() - 3;
                }
            }
        }

        private void number(String prefix, int digits, long range) {
            if (count == keyOffsets.length) {
                keyOffsets = Arrays.copyOf(keyOffsets, count * 2);
                fieldOffsets = Arrays.copyOf(fieldOffsets, count * 2);
                ranges = Arrays.copyOf(ranges, count * 2);
            }
            text("$" + (prefix.length() + digits) + "\r\n" + prefix);
            // The last eight of twelve: the first four are not written.
            keyOffsets[count] = digits == NUMBER_DIGITS ? out.size() : -(out.size() - 4);
            fieldOffsets[count] = NO_FIELD;
            ranges[count] = range;
            count++;
            text("0".repeat(digits) + "\r\n");
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
