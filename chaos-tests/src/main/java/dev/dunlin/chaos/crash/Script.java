// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The operations of one client as a function of their number, and the state that they make. Pure.
///
/// Eight operations take turns. Each writes a value that names its run and its number, so that a state tells how far it goes; INCR and
/// RPUSH would show an operation that was carried out twice, MULTI one that was carried out in half, DEL a key that rises from the dead.
///
/// ```
/// 1 SET k   2 INCR   3 SET k   4 RPUSH   5 SET k   6 MULTI SET a, SET b EXEC   7 HSET   8 MULTI DEL old list, SET d EXEC
/// ```
///
/// A state is a map of facts: `key -> value` for strings, `key field -> value` for hashes, `key -> a,b,c` for lists.
final class Script {
    /// Different keys of SET.
    static final int KEYS = 256;

    /// Different fields of the hash.
    static final int FIELDS = 64;

    /// Elements of a list before the next one begins.
    static final int LIST_ELEMENTS = 64;

    private static final int CYCLE = 8;
    private static final int PADDING_MAX = 48;
    private static final String PADDING = "x".repeat(PADDING_MAX);
    private static final Pattern VALUE = Pattern.compile("(\\d+):(\\d+):x*");

    private final int client;
    private final int run;

    /// @param client number of the client, from 0
    /// @param run number of the run: what an earlier run has left can be told apart
    Script(int client, int run) {
        this.client = client;
        this.run = run;
    }

    /// Appends the requests of one operation.
    ///
    /// @param sequence its number, from 1
    /// @return how many replies it gets; the last one decides
    int encode(long sequence, ByteArrayOutputStream out) {
        List<List<String>> requests = requests(sequence);
        for (List<String> request : requests) {
            text(out, "*" + request.size() + "\r\n");
            for (String word : request) {
                text(out, "$" + word.length() + "\r\n" + word + "\r\n");
            }
        }
        return requests.size();
    }

    /// Changes `facts` from the state after `sequence - 1` operations into the one after `sequence`.
    void apply(long sequence, Map<String, String> facts) {
        String value = value(sequence);
        switch (turn(sequence)) {
            case 1 ->
                    facts.merge(
                            "n:" + client, "1", (old, _) -> Long.toString(Long.parseLong(old) + 1));
            case 3 -> facts.merge(list(block(sequence)), value, (old, more) -> old + "," + more);
            case 5 -> {
                facts.put("a:" + client, value);
                facts.put("b:" + client, value);
            }
            case 6 -> facts.put("h:" + client + " " + field(sequence), value);
            case 7 -> {
                facts.remove(list(block(sequence) - 2));
                facts.put("d:" + client, value);
            }
            default -> facts.put(key(sequence), value);
        }
    }

    /// {@return the largest number among the values that this run has written into `facts`; 0 when there is none}
    long newest(Map<String, String> facts) {
        long newest = 0;
        for (String fact : facts.values()) {
            for (String value : fact.split(",", -1)) {
                Matcher matcher = VALUE.matcher(value);
                if (matcher.matches() && Integer.parseInt(matcher.group(1)) == run) {
                    newest = Math.max(newest, Long.parseLong(matcher.group(2)));
                }
            }
        }
        return newest;
    }

    /// {@return all string keys that this client may ever write}
    List<String> stringKeys() {
        List<String> keys = new ArrayList<>();
        for (int index = 0; index < KEYS; index++) {
            keys.add("k:" + client + ":" + index);
        }
        keys.addAll(List.of("n:" + client, "a:" + client, "b:" + client, "d:" + client));
        return keys;
    }

    /// {@return the key of the hash}
    String hashKey() {
        return "h:" + client;
    }

    /// {@return what the keys of the lists begin with}
    String listPrefix() {
        return "l:" + client + ":";
    }

    /// {@return how many keys a server has that holds these facts}
    static long keys(Map<String, String> facts) {
        return facts.keySet().stream().map(fact -> fact.split(" ", 2)[0]).distinct().count();
    }

    private List<List<String>> requests(long sequence) {
        String value = value(sequence);
        return switch (turn(sequence)) {
            case 1 -> List.of(List.of("INCR", "n:" + client));
            case 3 -> List.of(List.of("RPUSH", list(block(sequence)), value));
            case 5 ->
                    List.of(
                            List.of("MULTI"),
                            List.of("SET", "a:" + client, value),
                            List.of("SET", "b:" + client, value),
                            List.of("EXEC"));
            case 6 -> List.of(List.of("HSET", "h:" + client, field(sequence), value));
            case 7 ->
                    List.of(
                            List.of("MULTI"),
                            List.of("DEL", list(block(sequence) - 2)),
                            List.of("SET", "d:" + client, value),
                            List.of("EXEC"));
            default -> List.of(List.of("SET", key(sequence), value));
        };
    }

    private static int turn(long sequence) {
        return (int) ((sequence - 1) % CYCLE);
    }

    private static long block(long sequence) {
        return (sequence - 1) / CYCLE / LIST_ELEMENTS;
    }

    private String list(long block) {
        return listPrefix() + block;
    }

    private String key(long sequence) {
        return "k:" + client + ":" + sequence % KEYS;
    }

    private static String field(long sequence) {
        return "f" + (sequence / CYCLE) % FIELDS;
    }

    private String value(long sequence) {
        return run + ":" + sequence + ":" + PADDING.substring(0, (int) (sequence % PADDING_MAX));
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
