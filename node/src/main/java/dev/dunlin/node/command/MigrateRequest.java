// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.RespError;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// What a client asks of MIGRATE: `MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH pw|AUTH2 user pw] [KEYS k ...]`.
///
/// @param timeoutMs how long the other node may take to answer, at least 1
/// @param keys those of the named keys that exist
/// @param payload commands for the other node, to be released by whoever sends it
/// @param replies how many replies the payload will get: first the authentication's and the database's, then one for each key
public record MigrateRequest(
        String host,
        int port,
        long timeoutMs,
        boolean copy,
        int database,
        List<byte[]> keys,
        ByteBuf payload,
        int replies) {
    static final List<KeySpec> KEYS =
            List.of(
                    new KeySpec(
                            List.of("RW", "access", "delete"),
                            new KeySpec.Begin.Index(3),
                            new KeySpec.Find.Range(0, 1, 0)),
                    new KeySpec(
                            List.of("RW", "access", "delete", "incomplete"),
                            new KeySpec.Begin.Keyword("KEYS", -2),
                            new KeySpec.Find.Range(-1, 1, 0)));

    private static final long DEFAULT_TIMEOUT_MS = 1000;

    /// Visits the keys: the third argument, empty or not; or with KEYS all that follow that word, none when the third is not empty, which is
    /// an error.
    static void forEachKey(Args args, java.util.function.IntConsumer visitor) {
        for (int i = 6; i < args.count() && mentionsKeys(args); i++) {
            if (args.is(i, "keys")) {
                for (int key = i + 1; key < args.count() && args.bytes(3) == 0; key++) {
                    visitor.accept(key);
                }
                return;
            }
            if (args.is(i, "auth")) {
                i++;
            } else if (args.is(i, "auth2")) {
                i += 2;
            }
        }
        if (args.count() > 3) {
            visitor.accept(3);
        }
    }

    /// {@return whether the word is somewhere before the last argument} Redis looks for it so, anywhere, before it reads the options.
    private static boolean mentionsKeys(Args args) {
        for (int i = args.count() - 2; i > 1; i--) {
            if (args.is(i, "keys")) {
                return true;
            }
        }
        return false;
    }

    /// Reads the arguments and makes the payload.
    ///
    /// @throws CommandException when they are not right
    static MigrateRequest parse(CommandContext ctx, Args args) {
        boolean copy = false;
        boolean replace = false;
        List<byte[]> authentication = new ArrayList<>();
        int firstKey = 3;
        int lastKey = 3;
        for (int i = 6; i < args.count(); i++) {
            int left = args.count() - 1 - i;
            if (args.is(i, "copy")) {
                copy = true;
            } else if (args.is(i, "replace")) {
                replace = true;
            } else if (args.is(i, "auth") && left >= 1) {
                authentication = List.of(bytes("AUTH"), args.copy(++i));
            } else if (args.is(i, "auth2") && left >= 2) {
                authentication = List.of(bytes("AUTH"), args.copy(i + 1), args.copy(i + 2));
                i += 2;
            } else if (args.is(i, "keys")) {
                if (args.bytes(3) != 0) {
                    throw new CommandException(
                            RespError.of(
                                    "ERR When using MIGRATE KEYS option, the key argument must be"
                                            + " set to the empty string"));
                }
                firstKey = i + 1;
                lastKey = args.count() - 1;
                break;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        long timeoutMs = args.longAt(5);
        long database = args.longAt(4);
        int port = args.intAt(2, 0, 65535, RespError.NOT_AN_INTEGER);
        if (timeoutMs <= 0) {
            timeoutMs = DEFAULT_TIMEOUT_MS;
        }
        ByteBuf payload = io.netty.buffer.PooledByteBufAllocator.DEFAULT.directBuffer();
        int replies = 0;
        if (!authentication.isEmpty()) {
            command(payload, authentication);
            replies++;
        }
        if (database != 0) {
            command(payload, List.of(bytes("SELECT"), bytes(Long.toString(database))));
            replies++;
        }
        List<byte[]> keys = new ArrayList<>();
        for (int i = firstKey; i <= lastKey; i++) {
            int ref = FieldExpiry.seenEntry(ctx, args, i, ctx.read(args, i));
            if (ref != CommandContext.MISSING) {
                byte[] key = args.copy(i);
                keys.add(key);
                restore(ctx, payload, key, ref, replace);
                replies++;
            }
        }
        if (keys.isEmpty()) {
            payload.release();
        }
        return new MigrateRequest(
                args.text(1),
                port,
                timeoutMs,
                copy,
                ctx.database().number(),
                keys,
                payload,
                replies);
    }

    private static void restore(
            CommandContext ctx, ByteBuf payload, byte[] key, int ref, boolean replace) {
        long entry = ctx.entry(ref);
        long ttlMs = Entry.expires(entry) ? Math.max(1, Entry.expireAtMs(entry) - ctx.nowMs()) : 0;
        ByteBuf dump = MigrationCommands.payload(ctx, ref, ctx.nowMs());
        header(payload, '*', replace ? 5 : 4);
        bulk(payload, bytes(ctx.services().clusterEnabled() ? "RESTORE-ASKING" : "RESTORE"));
        bulk(payload, key);
        bulk(payload, bytes(Long.toString(ttlMs)));
        header(payload, '$', dump.readableBytes());
        payload.writeBytes(dump).writeByte('\r').writeByte('\n');
        dump.release();
        if (replace) {
            bulk(payload, bytes("REPLACE"));
        }
    }

    private static void command(ByteBuf payload, List<byte[]> words) {
        header(payload, '*', words.size());
        words.forEach(word -> bulk(payload, word));
    }

    private static void bulk(ByteBuf payload, byte[] value) {
        header(payload, '$', value.length);
        payload.writeBytes(value).writeByte('\r').writeByte('\n');
    }

    private static void header(ByteBuf payload, char type, int number) {
        payload.writeByte(type).writeCharSequence(number + "\r\n", UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
