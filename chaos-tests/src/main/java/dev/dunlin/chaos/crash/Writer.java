// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.client.PipelineClient;
import dev.dunlin.chaos.client.Reply;
import dev.dunlin.chaos.workload.Workers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One client that carries out its script in pipelines of random length, until it is stopped or the node is gone.
///
/// Thread: its worker's; [#refusal] may be read when that has ended.
final class Writer implements Workers.Body {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final InetSocketAddress node;
    private final Script script;
    private final Ledger ledger;
    private final int pipelineMax;
    private final SplittableRandom random;
    private @Nullable String refusal;

    Writer(
            InetSocketAddress node,
            Script script,
            Ledger ledger,
            int pipelineMax,
            SplittableRandom random) {
        this.node = node;
        this.script = script;
        this.ledger = ledger;
        this.pipelineMax = pipelineMax;
        this.random = random;
    }

    /// {@return the error that ended it, which no healthy node answers}
    Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }

    @Override
    public void run(BooleanSupplier stopped) {
        try (var client = new PipelineClient(node, TIMEOUT)) {
            var requests = new ByteArrayOutputStream();
            int[] replies = new int[pipelineMax];
            while (!stopped.getAsBoolean() && refusal == null) {
                batch(client, requests, replies);
            }
        } catch (IOException _) {
            // The node is gone, which is what this is about.
        }
    }

    private void batch(PipelineClient client, ByteArrayOutputStream requests, int[] replies)
            throws IOException {
        int count = 1 + random.nextInt(pipelineMax);
        long first = ledger.sent() + 1;
        requests.reset();
        for (int index = 0; index < count; index++) {
            replies[index] = script.encode(first + index, requests);
        }
        ledger.send(first + count - 1, System.nanoTime());
        client.write(requests.toByteArray(), requests.size());
        for (int index = 0; index < count; index++) {
            Reply last = new Reply.Nil();
            for (int reply = 0; reply < replies[index]; reply++) {
                last = client.read();
            }
            if (last instanceof Reply.Failure(String text)) {
                refusal = text;
                return;
            }
            ledger.acknowledge(first + index, System.nanoTime());
        }
    }
}
