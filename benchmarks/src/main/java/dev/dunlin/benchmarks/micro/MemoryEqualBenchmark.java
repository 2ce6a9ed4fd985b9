// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.micro;

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

/// What does it cost to see that two keys in native memory are the same, the last step of every lookup?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MemoryEqualBenchmark {
    /// Length of the keys in bytes.
    @Param({"12", "16", "64"})
    public int bytes;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment keys = arena.allocate(1024, 64);

    /// Two equal keys.
    @Setup
    public void fill() {
        Memory.fill(keys.address(), keys.byteSize(), (byte) 'k');
    }

    /// Frees the keys.
    @TearDown
    public void free() {
        arena.close();
    }

    /// {@return whether they are equal, which they are}
    @Benchmark
    public boolean equalKeys() {
        return Memory.equal(keys.address(), keys.address() + 512, bytes);
    }
}
