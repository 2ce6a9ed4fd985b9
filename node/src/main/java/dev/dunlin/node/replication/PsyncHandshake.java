// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The conversation by which a replica begins to follow a primary, from the first PING to the answer to PSYNC. No I/O: lines
/// and time go in, bytes to send and a verdict come out.
///
/// ```
/// AWAIT_PONG -> AWAIT_REPLIES (AUTH, REPLCONF ..., pipelined) -> AWAIT_PSYNC -> DONE
///      |                |                                             |
///      +----------------+---------------------------------------------+-> DONE with GiveUp
/// ```
///
/// Every line of the primary answers one command, in order; a bare line end is a keepalive. The whole phase must be over
/// within `timeoutMs`; a keepalive begins the time anew.
///
/// Thread: none of its own.
public final class PsyncHandshake {
    /// Longest line accepted.
    public static final int LINE_BYTES_MAX = 4096;

    /// What happened.
    public sealed interface Event {
        /// The connection is open.
        record Connected(long nowMs) implements Event {}

        /// A line came, without its line end; empty for a keepalive.
        record Line(String text, long nowMs) implements Event {}

        /// Time passed.
        record Tick(long nowMs) implements Event {}
    }

    /// What to do, in this order.
    public sealed interface Action {
        /// Send one command as a RESP array.
        record SendCommand(List<String> arguments) implements Action {}

        /// Send `line` and a line end: the old SYNC is an inline command.
        record SendInline(String line) implements Action {}

        /// A transfer of the whole data set follows on this connection.
        ///
        /// @param id the primary's history; nothing when it named none that can be used, so that the next request
        ///     cannot match
        /// @param offset the offset the data set stands at, or -1 when unknown
        record FullSync(Optional<ReplicationId> id, long offset) implements Action {}

        /// The command stream goes on where the request asked.
        ///
        /// @param id the primary's history, or nothing when it did not say: then it is the one we asked for
        record PartialSync(Optional<ReplicationId> id) implements Action {}

        /// Close the connection and try again later.
        record GiveUp(Failure failure, String detail) implements Action {}
    }

    /// Why a handshake ended without a sync.
    public enum Failure {
        /// The primary refused PING, for another reason than a missing password.
        PING_REFUSED,
        /// Wrong password, or none needed.
        AUTH_REFUSED,
        /// The primary is loading, or has no link to its own primary: it will be able later.
        NOT_READY,
        /// The peer does not take the role that was to be handed over to it.
        FAILOVER_REFUSED,
        /// Nothing heard for too long.
        TIMED_OUT
    }

    /// What the replica says of itself.
    ///
    /// @param user `masteruser`, used only with a password
    /// @param password `masterauth`
    /// @param listeningPort port clients reach this node at
    /// @param announceIp `replica-announce-ip`
    public record Identity(
            Optional<String> user,
            Optional<String> password,
            int listeningPort,
            Optional<String> announceIp) {}

    private enum State {
        AWAIT_CONNECTION,
        AWAIT_PONG,
        AWAIT_REPLIES,
        AWAIT_PSYNC,
        DONE
    }

    private enum Expected {
        AUTH,
        REPLCONF
    }

    private final Identity identity;
    private final PsyncRequest request;
    private final long timeoutMs;
    private final ArrayDeque<Expected> expected = new ArrayDeque<>();
    private State state = State.AWAIT_CONNECTION;
    private long lastHeardMs;

    /// @param timeoutMs `repl-timeout`
    /// @param startedMs when the connection attempt began
    public PsyncHandshake(Identity identity, PsyncRequest request, long timeoutMs, long startedMs) {
        this.identity = identity;
        this.request = request;
        this.timeoutMs = timeoutMs;
        this.lastHeardMs = startedMs;
    }

    /// {@return whether the verdict has been given}
    public boolean done() {
        return state == State.DONE;
    }

    /// {@return whether the connection is not open yet}
    public boolean connecting() {
        return state == State.AWAIT_CONNECTION;
    }

    /// Takes an event and says what to do. After the verdict nothing more is expected.
    public List<Action> step(Event event) {
        return switch (event) {
            case Event.Connected(long nowMs) -> onConnected(nowMs);
            case Event.Line(String text, long nowMs) -> onLine(text, nowMs);
            case Event.Tick(long nowMs) -> onTick(nowMs);
        };
    }

    private List<Action> onConnected(long nowMs) {
        if (state != State.AWAIT_CONNECTION) {
            throw new IllegalStateException("connected in state " + state);
        }
        lastHeardMs = nowMs;
        state = State.AWAIT_PONG;
        return List.of(command("PING"));
    }

    private List<Action> onTick(long nowMs) {
        if (state == State.DONE || nowMs - lastHeardMs < timeoutMs) {
            return List.of();
        }
        return giveUp(Failure.TIMED_OUT, "no answer in state " + state);
    }

    private List<Action> onLine(String line, long nowMs) {
        return switch (state) {
            case AWAIT_CONNECTION, DONE ->
                    throw new IllegalStateException("line in state " + state);
            case AWAIT_PONG -> line.isEmpty() ? List.of() : onPong(line);
            case AWAIT_REPLIES -> line.isEmpty() ? List.of() : onReply(line);
            case AWAIT_PSYNC -> {
                lastHeardMs = nowMs;
                yield line.isEmpty() ? List.of() : onPsyncReply(line);
            }
        };
    }

    private List<Action> onPong(String line) {
        // A primary that wants a password first is alive as well; AUTH comes next.
        boolean alive =
                line.startsWith("+")
                        || line.startsWith("-NOAUTH")
                        || line.startsWith("-NOPERM")
                        || line.startsWith("-ERR operation not permitted");
        if (!alive) {
            return giveUp(Failure.PING_REFUSED, line);
        }
        List<Action> actions = new ArrayList<>();
        identity.password()
                .ifPresent(password -> {
                    actions.add(
                            identity.user()
                                    .map(user -> command("AUTH", user, password))
                                    .orElseGet(() -> command("AUTH", password)));
                    expected.add(Expected.AUTH);
                });
        actions.add(replconf("listening-port", Integer.toString(identity.listeningPort())));
        identity.announceIp().ifPresent(ip -> actions.add(replconf("ip-address", ip)));
        actions.add(replconf("capa", "eof", "capa", "psync2", "capa", ReplicaOptions.FIELD_TIMES));
        state = State.AWAIT_REPLIES;
        return actions;
    }

    private Action replconf(String... options) {
        expected.add(Expected.REPLCONF);
        List<String> words = new ArrayList<>();
        words.add("REPLCONF");
        words.addAll(List.of(options));
        return new Action.SendCommand(words);
    }

    private List<Action> onReply(String line) {
        // An old primary does not know each option: its error is no reason to stop.
        if (expected.remove() == Expected.AUTH && line.startsWith("-")) {
            return giveUp(Failure.AUTH_REFUSED, line);
        }
        if (!expected.isEmpty()) {
            return List.of();
        }
        state = State.AWAIT_PSYNC;
        String offset = Long.toString(request.nextByte());
        return List.of(
                request.failover()
                        ? command("PSYNC", request.idText(), offset, "FAILOVER")
                        : command("PSYNC", request.idText(), offset));
    }

    private List<Action> onPsyncReply(String line) {
        String[] words = line.split(" ");
        return switch (words[0].toUpperCase(Locale.ROOT)) {
            case "+FULLRESYNC" -> finish(fullSync(words));
            case "+CONTINUE" ->
                    finish(
                            new Action.PartialSync(
                                    words.length > 1
                                            ? ReplicationId.parse(words[1])
                                            : Optional.empty()));
            case String _ when request.failover() -> giveUp(Failure.FAILOVER_REFUSED, line);
            case "-NOMASTERLINK", "-LOADING" -> giveUp(Failure.NOT_READY, line);
            // A primary from before PSYNC. Its data set comes without a name.
            default ->
                    finish(
                            new Action.SendInline("SYNC"),
                            new Action.FullSync(Optional.empty(), -1));
        };
    }

    private static Action fullSync(String[] words) {
        Optional<ReplicationId> id =
                words.length > 1 ? ReplicationId.parse(words[1]) : Optional.empty();
        long offset = words.length > 2 ? parseOffset(words[2]) : -1;
        return offset < 0
                ? new Action.FullSync(Optional.empty(), -1)
                : new Action.FullSync(id, offset);
    }

    private static long parseOffset(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }

    private List<Action> giveUp(Failure failure, String detail) {
        return finish(new Action.GiveUp(failure, detail));
    }

    private List<Action> finish(Action... actions) {
        state = State.DONE;
        return List.of(actions);
    }

    private static Action command(String... words) {
        return new Action.SendCommand(List.of(words));
    }
}
