// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.client.PipelineClient;
import dev.dunlin.chaos.client.Reply;
import dev.dunlin.chaos.workload.Workers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// One client that sends one operation at a time, and the same again when it was refused: a refused one that was carried out all the
/// same would show, because its second execution does.
///
/// Thread: its worker's; [#refusals] may be read when that has ended.
final class PatientWriter implements Workers.Body {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(3);

    private final InetSocketAddress node;
    private final Script script;
    private final Ledger ledger;
    private final Map<String, Integer> refusals = new TreeMap<>();
    private volatile boolean gone;

    PatientWriter(InetSocketAddress node, Script script, Ledger ledger) {
        this.node = node;
        this.script = script;
        this.ledger = ledger;
    }

    /// {@return how often each error came}
    Map<String, Integer> refusals() {
        return refusals;
    }

    /// {@return whether the node has closed the connection}
    boolean gone() {
        return gone;
    }

    @Override
    public void run(BooleanSupplier stopped) {
        try (var client = new PipelineClient(node, TIMEOUT)) {
            var request = new ByteArrayOutputStream();
            while (!stopped.getAsBoolean()) {
                long sequence = ledger.acked() + 1;
                request.reset();
                int replies = script.encode(sequence, request);
                if (ledger.sent() < sequence) {
                    ledger.send(sequence, System.nanoTime());
                }
                client.write(request.toByteArray(), request.size());
                Reply last = new Reply.Nil();
                String error = "";
                for (int reply = 0; reply < replies; reply++) {
                    last = client.read();
                    if (error.isEmpty() && last instanceof Reply.Failure(String text)) {
                        error = text;
                    }
                }
                if (last instanceof Reply.Failure) {
                    refusals.merge(error, 1, Integer::sum);
                    LockSupport.parkNanos(RETRY_NS);
                } else {
                    ledger.acknowledge(sequence, System.nanoTime());
                }
            }
        } catch (IOException _) {
            gone = true;
        }
    }
}
