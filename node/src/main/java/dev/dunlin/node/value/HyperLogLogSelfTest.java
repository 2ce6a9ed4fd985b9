// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Memory;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// What PFSELFTEST checks: registers hold what was put into them, both layouts count the same, and the estimates are near the truth.
///
/// Takes some milliseconds, in memory of its own; the keyspace is not looked at.
public final class HyperLogLogSelfTest {
    private static final int ROUNDS = 20;
    private static final int ELEMENTS = 100_000;

    /// Standard error of an estimate.
    private static final double ERROR = 1.04 / Math.sqrt(HyperLogLog.REGISTERS);

    /// More standard errors than any estimate should be off.
    private static final int ERRORS_MAX = 6;

    /// Sparse registers are compared while they are shorter than this.
    private static final int SPARSE_BYTES_MAX = 3000;

    private final long dense;
    private final long runs;
    private final long element;
    private final SparseRegisters sparse = new SparseRegisters();
    private final int[] histogram = new int[DenseRegisters.HISTOGRAM_COUNTERS];
    private int runsBytes = HyperLogLog.HEADER_BYTES + 2;

    private HyperLogLogSelfTest(long memory) {
        this.dense = memory + HyperLogLog.HEADER_BYTES;
        this.runs = dense + DenseRegisters.BYTES;
        this.element = runs + SPARSE_BYTES_MAX + Long.BYTES;
    }

    /// {@return what is wrong, or null}
    public static @Nullable String run(Allocator allocator, Random random) {
        int bytes =
                HyperLogLog.HEADER_BYTES + DenseRegisters.BYTES + SPARSE_BYTES_MAX + 2 * Long.BYTES;
        int block = allocator.allocate(bytes);
        try {
            long memory = allocator.address(block);
            Memory.fill(memory, bytes, (byte) 0);
            var test = new HyperLogLogSelfTest(memory);
            String wrong = test.registers(random);
            return wrong != null ? wrong : test.estimates(random.nextLong());
        } finally {
            allocator.free(block);
        }
    }

    private @Nullable String registers(Random random) {
        byte[] expected = new byte[HyperLogLog.REGISTERS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < expected.length; i++) {
                expected[i] = (byte) random.nextInt(64);
                DenseRegisters.set(dense, i, expected[i]);
            }
            for (int i = 0; i < expected.length; i++) {
                int actual = DenseRegisters.get(dense, i);
                if (actual != expected[i]) {
                    return "TESTFAILED Register %d should be %d but is %d"
                            .formatted(i, expected[i], actual);
                }
            }
        }
        return null;
    }

    private @Nullable String estimates(long seed) {
        Memory.fill(dense, DenseRegisters.BYTES, (byte) 0);
        // One run of 16,384 zeros.
        Memory.putShort(runs + HyperLogLog.HEADER_BYTES, (short) 0xFF7F);
        boolean stillSparse = true;
        int checkpoint = 1;
        for (int i = 1; i <= ELEMENTS; i++) {
            Memory.putLong(element, i ^ seed);
            long hash = HyperLogLog.hash(element, Long.BYTES);
            int register = HyperLogLog.registerOf(hash);
            int count = HyperLogLog.countOf(hash);
            if (DenseRegisters.get(dense, register) < count) {
                DenseRegisters.set(dense, register, count);
            }
            stillSparse = stillSparse && addToRuns(register, count);
            if (i == checkpoint) {
                checkpoint *= 10;
                long estimate = denseCount();
                if (stillSparse && estimate != sparseCount()) {
                    return "TESTFAILED dense/sparse disagree";
                }
                double errorMax = i == 10 ? 1 : Math.ceil(ERROR * ERRORS_MAX * i);
                if (Math.abs(estimate - i) > errorMax) {
                    return "TESTFAILED Too big error. card:%d abserr:%d"
                            .formatted(i, Math.abs(estimate - i));
                }
            }
        }
        return null;
    }

    /// {@return whether the runs are still short enough, and can hold the count}
    private boolean addToRuns(int register, int count) {
        sparse.rewind();
        if (count > SparseRegisters.VALUE_MAX) {
            return false;
        }
        if (sparse.locate(runs, runsBytes, register, count) == SparseRegisters.CHANGED) {
            if (runsBytes + sparse.growth() > SPARSE_BYTES_MAX) {
                return false;
            }
            runsBytes = sparse.apply(runs, runsBytes);
        }
        return true;
    }

    private long denseCount() {
        Arrays.fill(histogram, 0);
        DenseRegisters.countInto(histogram, dense);
        return CardinalityEstimate.of(histogram);
    }

    private long sparseCount() {
        Arrays.fill(histogram, 0);
        SparseRegisters.countInto(histogram, runs, runsBytes);
        return CardinalityEstimate.of(histogram);
    }
}
