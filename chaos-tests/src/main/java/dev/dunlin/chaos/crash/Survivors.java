// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.client.PipelineClient;
import dev.dunlin.chaos.client.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads what a node came back with.
///
/// Thread: one owner.
final class Survivors {
    private final PipelineClient client;

    /// @param client to be used by nobody else meanwhile
    Survivors(PipelineClient client) {
        this.client = client;
    }

    /// {@return the facts of each script, in their order}
    List<Map<String, String>> read(List<Script> scripts) throws IOException {
        List<String> lists = strings(client.ask("KEYS", "l:*"));
        List<Map<String, String>> all = new ArrayList<>();
        for (Script script : scripts) {
            Map<String, String> facts = new TreeMap<>();
            readStrings(script.stringKeys(), facts);
            List<String> pairs = strings(client.ask("HGETALL", script.hashKey()));
            for (int index = 0; index + 1 < pairs.size(); index += 2) {
                facts.put(script.hashKey() + " " + pairs.get(index), pairs.get(index + 1));
            }
            for (String list : lists) {
                if (list.startsWith(script.listPrefix())) {
                    List<String> elements = strings(client.ask("LRANGE", list, "0", "-1"));
                    facts.put(list, String.join(",", elements));
                }
            }
            all.add(facts);
        }
        return all;
    }

    /// {@return how many keys there are}
    long keys() throws IOException {
        return client.ask("DBSIZE") instanceof Reply.Int(long count) ? count : -1;
    }

    private void readStrings(List<String> keys, Map<String, String> facts) throws IOException {
        List<String> request = new ArrayList<>(List.of("MGET"));
        request.addAll(keys);
        Reply reply = client.ask(request.toArray(String[]::new));
        if (!(reply instanceof Reply.Array(List<Reply> items)) || items.size() != keys.size()) {
            throw new IOException("MGET answered " + reply.asText());
        }
        Map<String, String> found = new HashMap<>();
        for (int index = 0; index < keys.size(); index++) {
            if (items.get(index) instanceof Reply.Bulk(String text)) {
                found.put(keys.get(index), text);
            }
        }
        facts.putAll(found);
    }

    private static List<String> strings(Reply reply) throws IOException {
        if (!(reply instanceof Reply.Array(List<Reply> items))) {
            throw new IOException("no array but " + reply.asText());
        }
        return items.stream().map(Reply::asText).toList();
    }
}
