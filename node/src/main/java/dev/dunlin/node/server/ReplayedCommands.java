// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.ClientLink;
import dev.dunlin.node.command.CommandRunner;
import dev.dunlin.node.command.CommandTable;
import dev.dunlin.node.keyspace.FunctionLibraries;
import dev.dunlin.node.persistence.aof.CommandBlock;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Runs the commands of an append-only file: as those of a primary, so that nothing is refused and what has expired is still there, and
/// without logging them again. Errors are of no consequence, as in Redis: the command failed when it was written, too.
///
/// Thread: owned by the node's loop. Lives for one file, because each begins in database 0.
final class ReplayedCommands {
    private static final int NAME_BYTES_MAX = 128;

    private final CommandTable commands;
    private final CommandRunner runner;
    private final FunctionLibraries libraries;
    private final LogWriter log;
    private final Args args;
    private final Client client = new Client(0, ClientLink.NONE, 0, true);
    private final ReplyWriter unread = new ReplyWriter(PooledByteBufAllocator.DEFAULT);
    private long[] addresses = new long[16];
    private int[] lengths = new int[16];

    ReplayedCommands(
            CommandTable commands,
            CommandRunner runner,
            FunctionLibraries libraries,
            LogWriter log,
            Args args) {
        this.libraries = libraries;
        this.commands = commands;
        this.runner = runner;
        this.log = log;
        this.args = args;
        client.fromPrimary(true);
    }

    /// The next command is the first of a file.
    void beginFile() {
        client.database(0);
    }

    /// Runs all commands of a block.
    ///
    /// @return the name of a command that does not exist, after which nothing was run; else null
    @Nullable String run(CommandBlock block, long nowMs) {
        log.mute(true);
        try {
            while (block.nextCommand()) {
                bind(block);
                if (commands.find(args.address(0), args.bytes(0)) == null) {
                    if (isFunction()) {
                        continue;
                    }
                    return RespError.quoted(args.copy(0), NAME_BYTES_MAX);
                }
                unread.begin(false);
                long mark = unread.mark();
                runner.run(client, null, args, nowMs, unread);
                unread.rewind(mark);
                client.commandEnded();
            }
            return null;
        } finally {
            log.mute(false);
        }
    }

    /// Function libraries are kept even though this node does not run them.
    private boolean isFunction() {
        if (args.count() < 2 || !args.is(0, "function")) {
            return false;
        }
        if (args.is(1, "load")) {
            libraries.put(args.copy(args.count() - 1));
        } else if (args.is(1, "delete") && args.count() == 3) {
            libraries.remove(args.text(2));
        } else if (args.is(1, "flush")) {
            libraries.clear();
        } else {
            return false;
        }
        return true;
    }

    private void bind(CommandBlock block) {
        int count = block.argumentCount();
        if (count > addresses.length) {
            addresses = Arrays.copyOf(addresses, Integer.highestOneBit(count) * 2);
            lengths = Arrays.copyOf(lengths, addresses.length);
        }
        for (int i = 0; i < count; i++) {
            addresses[i] = block.address(i);
            lengths[i] = block.length(i);
        }
        args.bind(addresses, lengths, 0, count);
    }
}
