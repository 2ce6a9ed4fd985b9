// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Meter;
import dev.dunlin.benchmarks.os.Cores;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.os.ProcessCpu;
import java.io.IOException;
import java.util.stream.IntStream;

/// Reads who used the cores during one window: the server, the generator (this process), and everybody else.
final class WindowMeter implements Meter {
    private final long serverPid;
    private final Pinning pinning;
    private Readings opened;
    private Readings closed;

    WindowMeter(long serverPid, Pinning pinning) throws IOException {
        this.serverPid = serverPid;
        this.pinning = pinning;
        opened = read();
        closed = opened;
    }

    private record Readings(long atNanos, Cores cores, ProcessCpu server, ProcessCpu generator) {}

    @Override
    public void windowOpened() throws IOException {
        opened = read();
    }

    @Override
    public void windowClosed() throws IOException {
        closed = read();
    }

    long serverNanos() {
        return closed.server.nanosSince(opened.server);
    }

    double serverShare() {
        return serverNanos() / elapsedNanos();
    }

    double generatorShare() {
        return generatorNanos() / elapsedNanos();
    }

    /// {@return the largest share of a core that neither the server nor the generator used}
    double othersShare() {
        double others =
                pinning.cores()
                        .map(c ->
                                Math.max(
                                        busyNanos(c.server()) - serverNanos(),
                                        busyNanos(c.generator()) - generatorNanos()))
                        .orElseGet(this::othersOnAllCores);
        return Math.max(0, others / elapsedNanos());
    }

    /// Without pinning nobody knows whose core is whose, so all cores count as one.
    private double othersOnAllCores() {
        double busy =
                IntStream.range(0, closed.cores.busyTicks().size())
                        .mapToDouble(this::busyNanos)
                        .sum();
        return busy - serverNanos() - generatorNanos();
    }

    private double busyNanos(int core) {
        return closed.cores.busyNanosSince(opened.cores, core);
    }

    private double generatorNanos() {
        return closed.generator.nanosSince(opened.generator);
    }

    private double elapsedNanos() {
        return Math.max(1, closed.atNanos - opened.atNanos);
    }

    private Readings read() throws IOException {
        return new Readings(
                System.nanoTime(),
                Cores.now(),
                ProcessCpu.of(serverPid),
                ProcessCpu.of(ProcessHandle.current().pid()));
    }
}
