// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// FLUSHDB, FLUSHALL, SWAPDB, DBSIZE: commands about whole databases.
///
/// Thread: handlers run on the node's loop and never block.
public final class DatabaseCommands {
    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name       arity  handler                     category              flags
        command("dbsize",    1,    DatabaseCommands::dbsize,   "keyspace",           READONLY, FAST),
        command("flushdb",  -1,    DatabaseCommands::flushdb,  "keyspace dangerous", WRITE),
        command("flushall", -1,    DatabaseCommands::flushall, "keyspace dangerous", WRITE),
        command("swapdb",    3,    DatabaseCommands::swapdb,   "keyspace dangerous", WRITE, FAST)); }
    // spotless:on

    private DatabaseCommands() {}

    private static void dbsize(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(ctx.database().size());
    }

    private static void flushdb(CommandContext ctx, Args args, ReplyWriter reply) {
        checkFlushOptions(args);
        long keys = ctx.database().size();
        flush(ctx, ctx.database());
        emptied(ctx, args, keys);
        reply.ok();
    }

    private static void flushall(CommandContext ctx, Args args, ReplyWriter reply) {
        checkFlushOptions(args);
        Persistence persistence = ctx.services().persistence();
        persistence.beforeEmptying();
        ctx.keyspace().abandonSnapshot();
        long keys = 0;
        for (int i = 0; i < ctx.keyspace().databases(); i++) {
            keys += ctx.keyspace().database(i).size();
            flush(ctx, ctx.keyspace().database(i));
        }
        emptied(ctx, args, keys);
        if (!persistence.saveEmptied(ctx.mayBlock() ? ctx.client() : null)) {
            reply.ok();
        }
    }

    /// Counts for as many changes as there were keys, and is logged even if there was none.
    private static void emptied(CommandContext ctx, Args args, long keys) {
        ctx.changed(keys);
        if (keys == 0 && ctx.effects().listening()) {
            ctx.effects().instead(args.copyAll());
        }
    }

    /// SYNC and ASYNC are the same here: the keys are gone at once, and their memory is freed in slices.
    private static void checkFlushOptions(Args args) {
        boolean right =
                args.count() == 1
                        || (args.count() == 2 && (args.is(1, "sync") || args.is(1, "async")));
        if (!right) {
            throw new CommandException(RespError.SYNTAX);
        }
    }

    private static void flush(CommandContext ctx, Database database) {
        if (!ctx.watches().isEmpty()) {
            ctx.watches()
                    .databaseChanged(
                            database.number(),
                            name -> new Watches.Fate(ctx.exists(database, name), false, false));
        }
        ctx.blockedKeys().databaseChanged(database.number());
        database.clear();
    }

    private static void swapdb(CommandContext ctx, Args args, ReplyWriter reply) {
        if (ctx.services().clusterEnabled()) {
            throw new CommandException(RespError.SWAPDB_IN_CLUSTER);
        }
        int left = number(args, 1, RespError.INVALID_FIRST_DB_INDEX);
        int right = number(args, 2, RespError.INVALID_SECOND_DB_INDEX);
        int databases = ctx.keyspace().databases();
        if (left < 0 || left >= databases || right < 0 || right >= databases) {
            throw new CommandException(RespError.DB_INDEX_OUT_OF_RANGE);
        }
        if (left != right) {
            if (!ctx.watches().isEmpty()) {
                exchanged(ctx, left, right);
                exchanged(ctx, right, left);
            }
            ctx.keyspace().swap(left, right);
            ctx.blockedKeys().databaseChanged(left);
            ctx.blockedKeys().databaseChanged(right);
        }
        ctx.changed();
        reply.ok();
    }

    private static int number(Args args, int argument, RespError error) {
        return args.intAt(argument, Integer.MIN_VALUE, Integer.MAX_VALUE, error);
    }

    private static void exchanged(CommandContext ctx, int database, int replacement) {
        Database before = ctx.keyspace().database(database);
        Database after = ctx.keyspace().database(replacement);
        ctx.watches()
                .databaseChanged(
                        database,
                        name ->
                                new Watches.Fate(
                                        ctx.exists(before, name),
                                        ctx.exists(after, name),
                                        ctx.isExpired(after, name)));
    }
}
