// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.observe.Observation;
import dev.dunlin.node.observe.Slowlog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// How long commands take: the calls' time in INFO, their histograms, the slow log and the latency events.
///
/// Reading the clock around each command would cost more than many a command does. So those that take time only for the bytes they move
/// (FAST ones, and SET) share a reading with their neighbours of the batch, and each gets its part. When such a group was slow, the slow one
/// is the one that moved most bytes. Every other command, each command of a transaction, and every command at all while the slow log wants to
/// know of less than a millisecond, has its time for itself.
///
/// ```
/// batch    GET  GET  SET  KEYS  GET  GET
/// clock  |              |     |          |
/// ```
///
/// Commands that come outside of a batch, such as a primary's, are not timed.
///
/// Thread: owned by the node's loop.
public final class CommandTiming {
    /// Commands that share a reading of the clock.
    private static final int GROUP_MAX = 16;

    /// A slow log below this, in microseconds, gets each command's own time.
    private static final long EXACT_BELOW_US = 1000;

    private final Settings settings;
    private final Observation observation;
    private final LongSupplier clockNs;
    private final Command[] group = new Command[GROUP_MAX];
    private final Args heaviest;

    private boolean inBatch;
    private long markNs;
    private int grouped;
    private @Nullable Command heaviestCommand;
    private @Nullable Client heaviestClient;
    private long heaviestBytes;

    // What follows from settings.
    private int settingsSeen = -1;
    private long slowNs = Long.MAX_VALUE;
    private long latencyNs = Long.MAX_VALUE;
    private long slowlogMax;
    private boolean exact;
    private boolean tracking;

    /// @param heaviest arguments to remember a command of a group with
    CommandTiming(Settings settings, Observation observation, LongSupplier clockNs, Args heaviest) {
        this.settings = settings;
        this.observation = observation;
        this.clockNs = clockNs;
        this.heaviest = heaviest;
    }

    /// A batch of commands begins.
    public void batchStarted(long nowNs) {
        inBatch = true;
        markNs = nowNs;
        grouped = 0;
        heaviestBytes = -1;
        if (settingsSeen != settings.changes()) {
            readSettings();
        }
    }

    private void readSettings() {
        settingsSeen = settings.changes();
        long slowUs = settings.get(Directives.SLOWLOG_SLOWER_THAN);
        slowNs = slowUs < 0 ? Long.MAX_VALUE : TimeUnit.MICROSECONDS.toNanos(slowUs);
        slowlogMax = settings.get(Directives.SLOWLOG_MAX_LEN);
        long latencyMs = settings.get(Directives.LATENCY_MONITOR_THRESHOLD);
        latencyNs = latencyMs == 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(latencyMs);
        exact = slowUs >= 0 && slowUs < EXACT_BELOW_US;
        tracking = settings.get(Directives.LATENCY_TRACKING);
    }

    /// The requests that have run are about to go from memory.
    public void groupEnded(long nowMs) {
        endGroup(nowMs);
    }

    /// What runs from now on is nobody's batch.
    public void batchEnded() {
        inBatch = false;
    }

    /// A command begins.
    ///
    /// @param alone whether it must have its time for itself
    /// @return what to give to [#ended]
    long starting(Command command, boolean alone, long nowMs) {
        if (!inBatch || sharesClock(command, alone)) {
            return 0;
        }
        endGroup(nowMs);
        return markNs;
    }

    private boolean sharesClock(Command command, boolean alone) {
        return command.isShort() && !alone && !exact;
    }

    /// A command has ended.
    ///
    /// @param startNs what [#starting] returned
    /// @param replyBytes bytes of its reply, or more
    void ended(
            Client client,
            Command command,
            Args args,
            boolean alone,
            long startNs,
            long replyBytes,
            long nowMs) {
        if (!inBatch) {
            return;
        }
        if (!sharesClock(command, alone)) {
            markNs = clockNs.getAsLong();
            long spentNs = Math.max(0, markNs - startNs);
            command.countNanos(spentNs, 1, tracking);
            note(client, command, args, spentNs, nowMs);
            return;
        }
        group[grouped++] = command;
        int last = args.count() - 1;
        // Arguments mostly follow each other in the receive buffer; where they do not, this is only
        // a guess.
        long span = args.address(last) + args.bytes(last) - args.address(0);
        long bytes = replyBytes + Math.max(0, span);
        if (bytes > heaviestBytes) {
            heaviestBytes = bytes;
            heaviestCommand = command;
            heaviestClient = client;
            heaviest.bind(args);
        }
        if (grouped == GROUP_MAX) {
            endGroup(nowMs);
        }
    }

    private void endGroup(long nowMs) {
        if (grouped == 0) {
            return;
        }
        long now = clockNs.getAsLong();
        long spentNs = Math.max(0, now - markNs);
        long eachNs = spentNs / grouped;
        for (int i = 0; i < grouped; i++) {
            group[i].countNanos(eachNs, 1, tracking);
        }
        Command slowest = heaviestCommand;
        Client client = heaviestClient;
        if (slowest != null && client != null) {
            note(client, slowest, heaviest, spentNs, nowMs);
        }
        markNs = now;
        grouped = 0;
        heaviestBytes = -1;
    }

    private void note(Client client, Command command, Args args, long spentNs, long nowMs) {
        if (spentNs >= latencyNs) {
            observation
                    .latency()
                    .add(
                            command.has(Flag.FAST) ? "fast-command" : "command",
                            nowMs / 1000,
                            TimeUnit.NANOSECONDS.toMillis(spentNs));
        }
        if (spentNs >= slowNs && !command.has(Flag.SKIP_SLOWLOG)) {
            observation
                    .slowlog()
                    .add(
                            nowMs / 1000,
                            TimeUnit.NANOSECONDS.toMicros(spentNs),
                            cut(args),
                            client.link().peerAddress(),
                            client.name(),
                            slowlogMax);
        }
    }

    private static List<byte[]> cut(Args args) {
        int count = Math.min(args.count(), Slowlog.ARGUMENTS_MAX);
        List<byte[]> copies = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int bytes = args.bytes(i);
            if (i == count - 1 && args.count() > count) {
                copies.add(text("... (" + (args.count() - count + 1) + " more arguments)"));
            } else if (bytes > Slowlog.ARGUMENT_BYTES_MAX) {
                byte[] head = CommandContext.copy(args.address(i), Slowlog.ARGUMENT_BYTES_MAX);
                byte[] rest = text("... (" + (bytes - head.length) + " more bytes)");
                byte[] both = java.util.Arrays.copyOf(head, head.length + rest.length);
                System.arraycopy(rest, 0, both, head.length, rest.length);
                copies.add(both);
            } else {
                copies.add(args.copy(i));
            }
        }
        return copies;
    }

    private static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }
}
