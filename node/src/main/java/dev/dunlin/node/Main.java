// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node;

import dev.dunlin.node.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Starts a data node: `dunlin-node [redis.conf] [--directive value ...]`, as redis-server is started.
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        var settings = new Settings();
        for (int i = 0; i < args.length; ) {
            String name = args[i++].substring(2);
            List<String> words = new ArrayList<>();
            while (i < args.length && !args[i].startsWith("--")) {
                words.add(args[i++]);
            }
            settings.parse(name, words);
        }
        var ended = new CountDownLatch(1);
        Node.start(settings, ended::countDown);
        ended.await();
        System.exit(1);
    }
}
