// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ASKING;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.TimedHash;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.persistence.rdb.DumpPayload;
import dev.dunlin.node.persistence.rdb.FieldTimesTrailer;
import dev.dunlin.node.persistence.rdb.LoadBatches;
import dev.dunlin.node.persistence.rdb.RdbEncoder;
import dev.dunlin.node.persistence.rdb.RdbFormatException;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbRecord;
import dev.dunlin.node.persistence.rdb.RdbValue;
import dev.dunlin.node.persistence.snapshot.EntryWriter;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.HashValue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;

/// DUMP, RESTORE and MIGRATE: one key from node to node.
///
/// Thread: handlers run on the node's loop and never block; a client that said MIGRATE waits for the other node's answer.
public final class MigrationCommands {
    private static final RespError INVALID_IDLE =
            RespError.of("ERR Invalid IDLETIME value, must be >= 0");
    private static final RespError INVALID_FREQUENCY =
            RespError.of("ERR Invalid FREQ value, must be >= 0 and <= 255");
    private static final RespError INVALID_TTL =
            RespError.of("ERR Invalid TTL value, must be >= 0");

    private MigrationCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name              arity  keys                                  handler                       category              flags
        command("dump",              2,   KeySpec.first("RO", "access"),        MigrationCommands::dump,      "keyspace",           READONLY),
        command("restore",          -4,   KeySpec.first("OW", "update"),        MigrationCommands::restore,   "keyspace dangerous", WRITE, DENYOOM),
        command("restore-asking",   -4,   KeySpec.first("OW", "update"),        MigrationCommands::restore,   "keyspace dangerous", WRITE, DENYOOM, ASKING),
        command("migrate",          -6,   MigrateRequest.KEYS,                  MigrationCommands::migrate,   "keyspace dangerous", WRITE, Flag.MOVABLEKEYS)
                                         .findingKeysBy(MigrateRequest::forEachKey)); }
    // spotless:on

    private static void dump(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = FieldExpiry.seenEntry(ctx, args, 1, ctx.read(args, 1));
        if (ref == CommandContext.MISSING) {
            reply.nil();
            return;
        }
        ByteBuf payload = payload(ctx, ref, ctx.nowMs());
        try {
            reply.bulk(payload.memoryAddress() + payload.readerIndex(), payload.readableBytes());
        } finally {
            payload.release();
        }
    }

    /// {@return the DUMP payload of an entry, for the caller to release}
    ///
    /// @param seenAtMs fields that expire before this are left out
    static ByteBuf payload(CommandContext ctx, int ref, long seenAtMs) {
        ByteBuf out =
                PooledByteBufAllocator.DEFAULT.directBuffer(Entry.valueBytes(ctx.entry(ref)) + 64);
        if (TimedHash.is(Entry.kind(ctx.entry(ref)))) {
            writeTimed(ctx.values().hashes().open(ref).seenAt(seenAtMs), out);
        } else {
            new EntryWriter(ctx.keyspace()).writeValue(new RdbEncoder(true), out, ref);
        }
        DumpPayload.seal(out, 0);
        return out;
    }

    /// Writes a hash as one that everybody reads, and the times of its fields for those who know what they are.
    private static void writeTimed(HashValue hash, ByteBuf out) {
        var encoder = new RdbEncoder(true);
        encoder.hashHeader(out, hash.shownCount());
        hash.forEach(pair -> {
            encoder.string(out, pair.fieldAddress(), pair.fieldBytes());
            encoder.string(out, pair.valueAddress(), pair.valueBytes());
        });
        int start = out.writerIndex();
        hash.forEach(pair -> {
            if (pair.timeMs() != HashValue.NO_TIME) {
                out.writeIntLE(pair.fieldBytes());
                encoder.raw(out, pair.fieldAddress(), pair.fieldBytes());
                out.writeLongLE(pair.timeMs());
            }
        });
        if (out.writerIndex() > start) {
            FieldTimesTrailer.end(out, start);
        }
    }

    private static void restore(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean replace = false;
        boolean absolute = false;
        long idleSeconds = RdbRecord.Entry.UNKNOWN;
        int counter = RdbRecord.Entry.UNKNOWN;
        for (int i = 4; i < args.count(); i++) {
            boolean hasNext = i + 1 < args.count();
            if (args.is(i, "replace")) {
                replace = true;
            } else if (args.is(i, "absttl")) {
                absolute = true;
            } else if (args.is(i, "idletime") && hasNext && counter == RdbRecord.Entry.UNKNOWN) {
                idleSeconds = args.longAt(++i);
                if (idleSeconds < 0) {
                    throw new CommandException(INVALID_IDLE);
                }
            } else if (args.is(i, "freq") && hasNext && idleSeconds == RdbRecord.Entry.UNKNOWN) {
                long frequency = args.longAt(++i);
                if (frequency < 0 || frequency > 255) {
                    throw new CommandException(INVALID_FREQUENCY);
                }
                counter = (int) frequency;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        int ref = ctx.write(args, 1);
        if (ref != CommandContext.MISSING && !replace) {
            throw new CommandException(RespError.BUSY_KEY);
        }
        long ttlMs = args.longAt(2);
        if (ttlMs < 0) {
            throw new CommandException(INVALID_TTL);
        }
        if (!DumpPayload.isIntact(args.address(3), args.bytes(3))) {
            throw new CommandException(RespError.DUMP_VERSION_OR_CHECKSUM);
        }
        byte[] payload = args.copy(3);
        RdbValue value = decode(payload);
        long expireAtMs = ttlMs == 0 ? Database.NO_EXPIRY : absolute ? ttlMs : ctx.nowMs() + ttlMs;
        boolean past = expireAtMs != Database.NO_EXPIRY && expireAtMs < ctx.nowMs();
        boolean existed = ref != CommandContext.MISSING;
        if (existed) {
            // Once the old value is gone nothing may fail any more.
            if (!LoadBatches.canBeKept(value)
                    || DumpPayload.hasDuplicates(payload, 0, payload.length, RdbLimits.DEFAULT)) {
                throw new CommandException(RespError.BAD_DATA_FORMAT);
            }
            ctx.delete(args, 1, ref);
        }
        if (past && ctx.services().mayExpire()) {
            if (existed) {
                ctx.effects().instead("DEL".getBytes(UTF_8), args.copy(1));
            }
            reply.ok();
            return;
        }
        RestoredValue.store(ctx, args, value, expireAtMs);
        if (value instanceof RdbValue.HashPairs) {
            restoreTimes(ctx, args, FieldTimesTrailer.read(payload));
        }
        ctx.database()
                .restoredAccess(
                        args.slot(1),
                        args.address(1),
                        args.bytes(1),
                        args.hash(1),
                        idleSeconds,
                        counter);
        ctx.changed(args, 1);
        if (ctx.effects().listening()) {
            rewriteRestore(ctx, args, expireAtMs, replace);
        }
        reply.ok();
    }

    private static void restoreTimes(
            CommandContext ctx, Args args, List<FieldTimesTrailer.FieldTime> times) {
        if (times.isEmpty()) {
            return;
        }
        int ref = ctx.database().find(args.slot(1), args.address(1), args.bytes(1), args.hash(1));
        HashValue hash =
                ctx.values().hashes().open(ctx.database(), args.slot(1), ref, args.hash(1));
        times.forEach(time -> hash.expire(time.field(), time.timeMs()));
    }

    private static RdbValue decode(byte[] payload) {
        try {
            return DumpPayload.decode(payload, 0, payload.length, RdbLimits.DEFAULT);
        } catch (RdbFormatException notValid) {
            throw new CommandException(RespError.BAD_DATA_FORMAT);
        }
    }

    /// Replicas get an absolute time, and a payload of the version that all of them read.
    private static void rewriteRestore(
            CommandContext ctx, Args args, long expireAtMs, boolean replace) {
        int ref = ctx.peek(args, 1);
        ByteBuf payload = payload(ctx, ref, Long.MIN_VALUE);
        byte[] bytes = new byte[payload.readableBytes()];
        payload.readBytes(bytes).release();
        byte[] ttl =
                Long.toString(expireAtMs == Database.NO_EXPIRY ? 0 : expireAtMs).getBytes(UTF_8);
        byte[] restore = "RESTORE".getBytes(UTF_8);
        byte[] absolute = "ABSTTL".getBytes(UTF_8);
        if (replace) {
            ctx.effects()
                    .instead(
                            restore, args.copy(1), ttl, bytes, "REPLACE".getBytes(UTF_8), absolute);
        } else {
            ctx.effects().instead(restore, args.copy(1), ttl, bytes, absolute);
        }
    }

    private static void migrate(CommandContext ctx, Args args, ReplyWriter reply) {
        MigrateRequest request = MigrateRequest.parse(ctx, args);
        if (ctx.inTransaction()) {
            throw new CommandException(RespError.NOT_IN_MULTI);
        }
        if (request.keys().isEmpty()) {
            reply.simple("NOKEY");
            return;
        }
        Client client = ctx.client();
        ctx.services().migrator().send(request, answer -> client.link().endWait(answer::write));
        // The keys are on their way, and nobody may change them until it is known whether they have
        // arrived.
        client.block(() -> {});
    }
}
