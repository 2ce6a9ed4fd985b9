// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Clients that wait inside a command until a key holds something for them: BLPOP and its like.
///
/// A waiting client's command runs again from the start when a command, or a transaction as a whole, has changed one of its keys; among
/// several clients whoever came first is first. So a blocking command is an ordinary handler that asks to wait ([CommandContext#block])
/// when it finds nothing (as Redis does it since 7.2).
///
/// Thread: owned by the node's loop. Bounded by the number of connections and what their query buffers hold.
public final class BlockedKeys {
    /// What a command waits for.
    ///
    /// @param keys names of keys, any of which may bring what is wanted
    /// @param kinds which [dev.dunlin.node.keyspace.ValueKind] of value a key must have for another try
    /// @param alsoWithoutKey whether to try again as well when a key goes, or gets a value of another type
    /// @param timeoutMs 0 for ever
    /// @param timedOut the reply when time has run out
    public record Wish(
            List<byte[]> keys,
            IntPredicate kinds,
            boolean alsoWithoutKey,
            long timeoutMs,
            Consumer<ReplyWriter> timedOut) {}

    private static final class Waiter implements Blocked {
        private final BlockedKeys owner;
        private final Client client;
        private final QueuedCommand command;
        private final List<KeyName> keys;
        private final Wish wish;
        private NodeServices.@Nullable Timer timer;
        private boolean waiting = true;

        /// Whether the try that runs now has come to nothing.
        private boolean asksAgain;

        Waiter(BlockedKeys owner, Client client, QueuedCommand command, Wish wish) {
            this.owner = owner;
            this.client = client;
            this.command = command;
            this.wish = wish;
            this.keys =
                    wish.keys.stream().map(name -> new KeyName(client.database(), name)).toList();
        }

        @Override
        public void cancel() {
            owner.remove(this);
        }

        @Override
        public boolean endsWithRole() {
            return true;
        }

        @Override
        public Consumer<ReplyWriter> timedOut() {
            return wish.timedOut;
        }

        private void end(Consumer<ReplyWriter> reply) {
            owner.remove(this);
            client.link().endWait(reply);
        }
    }

    private final Args args;
    private final ReplyWriter reply = new ReplyWriter(PooledByteBufAllocator.DEFAULT);
    private final Map<KeyName, LinkedHashSet<Waiter>> byKey = new HashMap<>();
    private final LinkedHashSet<KeyName> ready = new LinkedHashSet<>();
    private @Nullable Waiter trying;

    /// @param args only for use in here
    BlockedKeys(Args args) {
        this.args = args;
    }

    /// {@return whether nobody waits, which is what a write asks first}
    boolean isEmpty() {
        return byKey.isEmpty();
    }

    /// {@return whether a key that somebody waits for has changed}
    boolean hasReady() {
        return !ready.isEmpty();
    }

    /// Lets the client of `ctx` wait; its command has found nothing.
    ///
    /// @param command what to try again; not looked at when this is such a try already
    void await(CommandContext ctx, QueuedCommand command, Wish wish) {
        Client client = ctx.client();
        Waiter again = trying;
        if (again != null && again.client == client) {
            again.asksAgain = true;
            command.release();
            return;
        }
        var waiter = new Waiter(this, client, command, wish);
        for (KeyName key : waiter.keys) {
            byKey.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(waiter);
        }
        client.block(waiter);
        if (wish.timeoutMs > 0) {
            waiter.timer =
                    ctx.services().after(wish.timeoutMs, () -> waiter.end(waiter.wish.timedOut));
        }
    }

    /// A key has changed. To be asked for only when somebody waits ([#isEmpty]).
    void changed(int database, byte[] name) {
        var key = new KeyName(database, name);
        if (byKey.containsKey(key)) {
            ready.add(key);
        }
    }

    /// Any key of a database may have changed.
    void databaseChanged(int database) {
        byKey.keySet().stream().filter(key -> key.database() == database).forEach(ready::add);
    }

    /// Tries the commands of those whose keys have changed, and of those whose keys that changes in turn.
    void serve(CommandContext ctx, CommandRunner runner, long nowMs) {
        while (!ready.isEmpty()) {
            KeyName key = ready.removeFirst();
            for (Waiter waiter : List.copyOf(byKey.getOrDefault(key, new LinkedHashSet<>()))) {
                if (waiter.waiting) {
                    ctx.enter(waiter.client, nowMs);
                    if (ctx.holds(key, waiter.wish.kinds) || waiter.wish.alsoWithoutKey) {
                        retry(runner, waiter);
                    }
                }
            }
        }
    }

    private void retry(CommandRunner runner, Waiter waiter) {
        waiter.command.bindTo(args);
        waiter.asksAgain = false;
        trying = waiter;
        reply.begin(waiter.client.resp3());
        try {
            runner.retry(waiter.client, waiter.command.command(), args, reply);
        } finally {
            trying = null;
        }
        byte[] answer = take();
        if (!waiter.asksAgain) {
            waiter.end(out -> out.raw(answer));
        }
    }

    private byte[] take() {
        var bytes = new ByteArrayOutputStream();
        reply.finish(buffer -> {
            byte[] copy = new byte[buffer.readableBytes()];
            buffer.readBytes(copy).release();
            bytes.writeBytes(copy);
        });
        return bytes.toByteArray();
    }

    /// Sends away who waits for keys that this node does not serve any more.
    ///
    /// @param redirect says where a command of a client belongs, or null when it may stay
    void redirect(CommandContext ctx, long nowMs, Redirect redirect) {
        for (Waiter waiter : all()) {
            ctx.enter(waiter.client, nowMs);
            waiter.command.bindTo(args);
            RespError elsewhere = redirect.of(waiter.client, waiter.command.command(), args);
            if (elsewhere != null) {
                waiter.end(out -> out.error(elsewhere));
            }
        }
    }

    /// Says where a command belongs.
    @FunctionalInterface
    interface Redirect {
        @Nullable RespError of(Client client, Command command, Args args);
    }

    private List<Waiter> all() {
        var all = new LinkedHashSet<Waiter>();
        byKey.values().forEach(all::addAll);
        return new ArrayList<>(all);
    }

    private void remove(Waiter waiter) {
        if (!waiter.waiting) {
            return;
        }
        waiter.waiting = false;
        if (waiter.timer != null) {
            waiter.timer.cancel();
        }
        for (KeyName key : waiter.keys) {
            LinkedHashSet<Waiter> others = byKey.get(key);
            if (others != null) {
                others.remove(waiter);
                if (others.isEmpty()) {
                    byKey.remove(key);
                }
            }
        }
        waiter.command.release();
    }
}
