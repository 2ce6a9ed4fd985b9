// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.client;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Recorder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A client of one node whose every operation is in the history.
///
/// After an unknown outcome it continues under a new process number, since the old operation may still be running.
/// Thread: one owner.
public final class JudgedClient implements KeyClient {
    private final Recorder recorder;
    private final RawRespClient socket;
    private final String node;
    private int process;

    /// A client that talks to the node called `node` through `socket`, which it owns.
    public JudgedClient(Recorder recorder, RawRespClient socket, String node) {
        this.recorder = recorder;
        this.socket = socket;
        this.node = node;
        this.process = recorder.newProcess();
    }

    /// {@return the node's name}
    public String node() {
        return node;
    }

    @Override
    public Outcome write(String key, String value) {
        recorder.record(process, Event.Kind.INVOKE, Event.WRITE, key, value, node, null);
        Outcome outcome = socket.invoke("SET", key, value);
        process = complete(process, Event.WRITE, key, value, outcome);
        return outcome;
    }

    @Override
    public Outcome read(String key) {
        recorder.record(process, Event.Kind.INVOKE, Event.READ, key, null, node, null);
        Outcome outcome = socket.invoke("GET", key);
        process = complete(process, Event.READ, key, valueOf(outcome), outcome);
        return outcome;
    }

    /// Opens the connection ahead of time; false when the node cannot be reached.
    public boolean tryConnect() {
        return socket.tryConnect();
    }

    /// Sends a SET and leaves its reply in the socket; each one gets a process number of its own.
    public Pending sendWrite(String key, String value) {
        int sender = recorder.newProcess();
        recorder.record(sender, Event.Kind.INVOKE, Event.WRITE, key, value, node, null);
        return new Pending(sender, Event.WRITE, key, value, socket.send("SET", key, value));
    }

    /// Sends a GET and leaves its reply in the socket.
    public Pending sendRead(String key) {
        int sender = recorder.newProcess();
        recorder.record(sender, Event.Kind.INVOKE, Event.READ, key, null, node, null);
        return new Pending(sender, Event.READ, key, null, socket.send("GET", key));
    }

    /// Reads the reply of `pending`; replies must be taken in the order of sending.
    public Outcome await(Pending pending) {
        Outcome outcome = pending.decided().orElseGet(socket::receive);
        String value = pending.function().equals(Event.WRITE) ? pending.value() : valueOf(outcome);
        complete(pending.process(), pending.function(), pending.key(), value, outcome);
        return outcome;
    }

    @Override
    public void close() {
        socket.close();
    }

    /// An operation on its way, or already decided because it could not be sent.
    public record Pending(
            int process,
            String function,
            String key,
            @Nullable String value,
            Optional<Outcome> decided) {}

    private int complete(
            int sender, String function, String key, @Nullable String value, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Ok _ -> {
                recorder.record(sender, Event.Kind.OK, function, key, value, node, null);
                yield sender;
            }
            case Outcome.Fail(String reason) -> {
                recorder.record(sender, Event.Kind.FAIL, function, key, null, node, reason);
                yield sender;
            }
            case Outcome.Info(String reason) -> {
                recorder.record(sender, Event.Kind.INFO, function, key, null, node, reason);
                yield recorder.newProcess();
            }
        };
    }

    private static @Nullable String valueOf(Outcome outcome) {
        return outcome instanceof Outcome.Ok(Reply.Bulk(String text)) ? text : null;
    }
}
