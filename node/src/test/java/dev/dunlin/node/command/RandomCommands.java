// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/// Random commands of all families, to fill a node or a real server with data that nobody has thought of.
public final class RandomCommands {
    private static final int DATABASES = 16;

    /// They would empty the server again, or change more than its data.
    private static final Set<String> LEFT_OUT =
            Set.of("CONFIG", "DEBUG", "FLUSHALL", "FLUSHDB", "LATENCY", "SLOWLOG", "RESET");

    private RandomCommands() {}

    /// Sends so many commands, and waits for each reply. Whatever is left has no time to live, and stays.
    public static void write(int port, long seed, int count) throws IOException {
        var random = new Random(seed);
        List<CommandGenerator> families =
                List.of(
                        CommandGenerator.STRINGS,
                        CommandGenerator.HASHES,
                        CommandGenerator.SETS,
                        CommandGenerator.BITMAPS,
                        CommandGenerator.HYPER_LOG_LOGS,
                        CommandGenerator.LISTS,
                        CommandGenerator.SORTED_SETS,
                        CommandGenerator.PLACES,
                        CommandGenerator.STREAMS,
                        CommandGenerator.KEYS,
                        CommandGenerator.TRANSACTIONS);
        try (var c = new RespConnection(port)) {
            for (int i = 0; i < count; i++) {
                List<String> command = families.get(random.nextInt(families.size())).next(random);
                if (!LEFT_OUT.contains(command.getFirst())) {
                    c.call(command);
                }
            }
            c.call("DISCARD");
            for (int database = 0; database < DATABASES; database++) {
                c.call("SELECT", "" + database);
                for (Reply key : c.call("KEYS", "*").elements()) {
                    c.call("PERSIST", key.string());
                }
            }
        }
    }

    /// {@return what is where: for each key the digest of its value, its type and when it expires}
    /// What has expired is not there, whether or not somebody has come upon it.
    public static Map<String, String> contents(int port) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (var c = new RespConnection(port)) {
            c.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
            for (int database = 0; database < DATABASES; database++) {
                c.call("SELECT", "" + database);
                for (Reply key : c.call("KEYS", "*").elements()) {
                    String name = key.string();
                    contents.put(
                            database + " " + name,
                            c.call("DEBUG", "DIGEST-VALUE", name)
                                    + " "
                                    + c.call("TYPE", name)
                                    + " "
                                    + c.call("PEXPIRETIME", name));
                }
            }
        }
        return contents;
    }
}
