// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;

/// Writes rows of the command table as COMMAND and COMMAND INFO print them.
final class CommandRows {
    /// Elements of one row since Redis 7.0.
    private static final int ELEMENTS = 10;

    /// The ACL categories, in the order in which Redis prints them; clients do not depend on it, people comparing two servers do.
    static final List<String> CATEGORIES =
            List.of(
                    "keyspace",
                    "read",
                    "write",
                    "set",
                    "sortedset",
                    "list",
                    "hash",
                    "string",
                    "bitmap",
                    "hyperloglog",
                    "geo",
                    "stream",
                    "pubsub",
                    "admin",
                    "fast",
                    "slow",
                    "blocking",
                    "dangerous",
                    "connection",
                    "transaction",
                    "scripting");

    /// The flags of keys, in Redis's order as well.
    private static final List<String> KEY_FLAGS =
            List.of(
                    "RO",
                    "RW",
                    "OW",
                    "RM",
                    "access",
                    "insert",
                    "update",
                    "delete",
                    "not_key",
                    "incomplete",
                    "variable_flags");

    private CommandRows() {}

    static void write(ReplyWriter reply, Command command) {
        CommandDocs docs = CommandDocs.get();
        reply.array(ELEMENTS);
        reply.bulk(command.name());
        reply.integer(command.arity());
        reply.set(command.flags().size());
        command.flags().forEach(flag -> reply.simple(flag.wireName()));
        reply.integer(command.firstKey());
        reply.integer(command.lastKey());
        reply.integer(command.keyStep());
        List<String> categories = inOrder(command.categories(), CATEGORIES);
        reply.set(categories.size());
        categories.forEach(category -> reply.simple("@" + category));
        List<String> tips = docs.tips(command);
        reply.set(tips.size());
        tips.forEach(reply::bulk);
        reply.set(command.keySpecs().size());
        for (int i = 0; i < command.keySpecs().size(); i++) {
            writeKeys(reply, command.keySpecs().get(i), docs.note(command, i));
        }
        if (command.subcommands().isEmpty()) {
            // As Redis: an array when there are some, an empty set when there are none.
            reply.set(0);
            return;
        }
        reply.array(command.subcommands().size());
        command.subcommands().forEach(subcommand -> write(reply, subcommand));
    }

    private static void writeKeys(
            ReplyWriter reply, KeySpec keys, @org.jspecify.annotations.Nullable String note) {
        reply.map(note == null ? 3 : 4);
        if (note != null) {
            reply.bulk("notes");
            reply.bulk(note);
        }
        reply.bulk("flags");
        writeKeyFlags(reply, keys.flags());
        reply.bulk("begin_search");
        switch (keys.begin()) {
            case KeySpec.Begin.Index(int position) -> spec(reply, "index", "index", position);
            case KeySpec.Begin.Keyword(String word, int startFrom) -> {
                header(reply, "keyword", 2);
                reply.bulk("keyword");
                reply.bulk(word);
                reply.bulk("startfrom");
                reply.integer(startFrom);
            }
            case KeySpec.Begin.Unknown() -> header(reply, "unknown", 0);
        }
        reply.bulk("find_keys");
        switch (keys.find()) {
            case KeySpec.Find.Range(int lastKey, int step, int limit) ->
                    spec(reply, "range", "lastkey", lastKey, "keystep", step, "limit", limit);
            case KeySpec.Find.KeyNumber(int number, int first, int step) ->
                    spec(reply, "keynum", "keynumidx", number, "firstkey", first, "keystep", step);
            case KeySpec.Find.Unknown() -> header(reply, "unknown", 0);
        }
    }

    /// Writes flags of keys as a set, in Redis's order.
    static void writeKeyFlags(ReplyWriter reply, List<String> flags) {
        List<String> ordered = inOrder(flags, KEY_FLAGS);
        reply.set(ordered.size());
        ordered.forEach(reply::simple);
    }

    private static void spec(ReplyWriter reply, String type, Object... fields) {
        header(reply, type, fields.length / 2);
        for (int i = 0; i < fields.length; i += 2) {
            reply.bulk((String) fields[i]);
            reply.integer((Integer) fields[i + 1]);
        }
    }

    private static void header(ReplyWriter reply, String type, int fields) {
        reply.map(2);
        reply.bulk("type");
        reply.bulk(type);
        reply.bulk("spec");
        reply.map(fields);
    }

    private static List<String> inOrder(List<String> words, List<String> order) {
        List<String> sorted = new ArrayList<>(words);
        sorted.sort(java.util.Comparator.comparingInt(order::indexOf));
        return sorted;
    }
}
