// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Compares what two nodes hold, key by key: type, value and time of expiry.
final class DataSets {
    private DataSets() {}

    /// Fails unless the replica has what its primary has. Nobody may write meanwhile.
    ///
    /// @return how many keys were compared
    static int assertSame(MixedCluster.Shard shard) {
        TestNodes.await(
                "brief keys have expired on " + shard,
                20,
                () ->
                        noneBrief(shard.primary())
                                && noneBrief(shard.replica())
                                && offset(shard.primary()).equals(offset(shard.replica())));
        Map<String, String> expected = read(shard.primary());
        Map<String, String> actual = read(shard.replica());
        assertThat(actual).describedAs("%s", shard).isEqualTo(expected);
        return expected.size();
    }

    private static boolean noneBrief(ServerProcess node) {
        return node.ask("KEYS", "brief:*").equals("[]");
    }

    private static String offset(ServerProcess node) {
        return node.isPrimary() ? node.info("master_repl_offset") : node.info("slave_repl_offset");
    }

    /// {@return all keys with their type, time of expiry and value}
    static Map<String, String> read(ServerProcess node) {
        var data = new TreeMap<String, String>();
        try (var c = new RawConnection(node.port())) {
            c.call("READONLY");
            for (String key : words(c.call("KEYS", "*"))) {
                String type = c.call("TYPE", key);
                String value =
                        type.equals("+hash") ? fields(c.call("HGETALL", key)) : c.call("GET", key);
                data.put(key, type + " " + c.call("PEXPIRETIME", key) + " " + value);
            }
        }
        return data;
    }

    /// {@return the elements of an array of bulk strings without spaces}
    private static String[] words(String array) {
        String inner = array.substring(1, array.length() - 1);
        if (inner.isEmpty()) {
            return new String[0];
        }
        String[] words = inner.split(" ");
        for (int i = 0; i < words.length; i++) {
            words[i] = words[i].substring(1);
        }
        return words;
    }

    private static String fields(String flat) {
        String[] words = words(flat);
        var pairs = new TreeSet<String>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            pairs.add(words[i] + "=" + words[i + 1]);
        }
        return pairs.toString();
    }
}
