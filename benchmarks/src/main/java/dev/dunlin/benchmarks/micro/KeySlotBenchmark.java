// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.micro;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dunlin.node.command.KeySlot;
import dev.dunlin.node.offheap.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does routing cost: the hash slot of a key, which every command with a key computes in cluster mode?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KeySlotBenchmark {
    /// A short key, a usual one, and one with a hash tag.
    @Param({"k:1", "key:000000123456", "order:{customer-4711}:lines"})
    public String key = "";

    private final Arena arena = Arena.ofShared();
    private final MemorySegment bytes = arena.allocate(64, 64);
    private int length;

    /// Puts the key where the receive buffer would have it.
    @Setup
    public void copy() {
        byte[] text = key.getBytes(US_ASCII);
        length = text.length;
        Memory.copyIn(text, 0, bytes.address(), length);
    }

    /// Frees the key.
    @TearDown
    public void free() {
        arena.close();
    }

    /// {@return its slot}
    @Benchmark
    public int slot() {
        return KeySlot.of(bytes.address(), length);
    }
}
