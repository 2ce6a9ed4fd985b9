// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.resp.RespError;
import org.jspecify.annotations.Nullable;

/// Finds out what the cluster's routing rules ask of a command: the slot of its keys, whether they share it, and how many
/// of them are here.
///
/// For EXEC all queued commands are looked at together.
///
/// Thread: owned by the node's loop.
public final class KeyRouting {
    private int firstSlot;
    private boolean sameSlot;
    private int keys;
    private int missing;
    private boolean countMissing;

    /// {@return whether the command, or a command queued before this EXEC, may leave something in the log}
    public boolean mayWrite(Client client, Command command) {
        return has(client, command, Flag.WRITE) || has(client, command, Flag.MAY_REPLICATE);
    }

    /// {@return whether the command, or a command queued before this EXEC, may take more memory}
    public boolean mayGrow(Client client, Command command) {
        if (client.transaction().isOpen() && !endsTransaction(command)) {
            // What is queued takes memory, whatever it is.
            return true;
        }
        return has(client, command, Flag.DENYOOM);
    }

    private static boolean endsTransaction(Command command) {
        return switch (command.name()) {
            case "exec", "discard", "quit", "reset" -> true;
            default -> false;
        };
    }

    private static boolean has(Client client, Command command, Flag flag) {
        if (!command.name().equals("exec")) {
            return command.has(flag);
        }
        for (QueuedCommand queued : client.transaction().queue()) {
            if (queued.command().has(flag)) {
                return true;
            }
        }
        return false;
    }

    /// {@return the redirect or error for a command that this node does not serve, or null}
    public @Nullable RespError refusal(
            CommandContext ctx, ClusterMember member, Client client, Command command, Args args) {
        if (command.firstKey() > 0
                && command.firstKey() == command.lastKey()
                && command.firstKey() < args.count()
                && member.servesPlainly(args.slot(command.firstKey()))) {
            return null;
        }
        boolean exec = command.name().equals("exec");
        if (exec && !client.transaction().isOpen()) {
            return null;
        }
        look(ctx, client, command, args, exec, false);
        if (keys == 0) {
            return null;
        }
        return member.refusal(
                firstSlot,
                sameSlot,
                keys,
                () -> {
                    look(ctx, client, command, args, exec, true);
                    return missing;
                },
                has(client, command, Flag.WRITE),
                command.name().equals("migrate"),
                client.asking() || command.has(Flag.ASKING),
                client.readOnly());
    }

    private void look(
            CommandContext ctx,
            Client client,
            Command command,
            Args args,
            boolean exec,
            boolean count) {
        firstSlot = -1;
        sameSlot = true;
        keys = 0;
        missing = 0;
        countMissing = count;
        if (!exec) {
            lookAt(ctx, command, args);
            return;
        }
        Args queuedArgs = ctx.spareArgs();
        for (QueuedCommand queued : client.transaction().queue()) {
            queuedArgs.bind(queued.addresses(), queued.lengths(), 0, queued.lengths().length);
            lookAt(ctx, queued.command(), queuedArgs);
        }
    }

    private void lookAt(CommandContext ctx, Command command, Args args) {
        command.forEachKey(
                args,
                key -> {
                    int slot = args.slot(key);
                    if (firstSlot < 0) {
                        firstSlot = slot;
                    } else if (slot != firstSlot) {
                        sameSlot = false;
                    }
                    keys++;
                    if (countMissing && isMissing(ctx, args, key, slot)) {
                        missing++;
                    }
                });
    }

    /// An expired key counts as missing; looking has no effect.
    private static boolean isMissing(CommandContext ctx, Args args, int key, int slot) {
        Database database = ctx.keyspace().database(0);
        int ref = database.find(slot, args.address(key), args.bytes(key), args.hash(key));
        return ref == CommandContext.MISSING || ctx.isExpired(ref);
    }
}
