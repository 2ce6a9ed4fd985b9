// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node;

import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.node.config.CommandLine;
import dev.dunlin.node.config.ConfigException;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.tools.CheckAof;
import dev.dunlin.node.tools.CheckRdb;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Starts one or more data nodes: `dunlin-node [redis.conf] [--directive value ...]`, as redis-server is started.
public final class Main {
    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        List<String> words = List.of(args);
        if (words.size() == 1 && (words.contains("-v") || words.contains("--version"))) {
            System.out.println(
                    "Dunlin node v=" + Version.DUNLIN + " redis=" + Version.REDIS + " bits=64");
            return;
        }
        if (words.size() == 1 && (words.contains("-h") || words.contains("--help"))) {
            System.out.print(Usage.TEXT);
            return;
        }
        if (!words.isEmpty() && words.getFirst().equals("check-aof")) {
            var answers =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            System.exit(CheckAof.run(words.subList(1, words.size()), System.out, answers));
        }
        if (!words.isEmpty() && words.getFirst().equals("check-rdb")) {
            System.exit(CheckRdb.run(words.subList(1, words.size()), System.out));
        }
        System.exit(run(words));
    }

    /// {@return the exit status: 0 after a stop from outside, 1 when the nodes could not start or one had to stop by itself}
    private static int run(List<String> words) throws InterruptedException {
        if (words.size() == 1 && words.contains("--warm-up")) {
            return warmUp();
        }
        var ended = new CountDownLatch(1);
        var status = new AtomicInteger();
        List<Node> nodes = new ArrayList<>();
        try {
            for (Settings settings : CommandLine.parse(words, System.in).each()) {
                int port = settings.get(Directives.PORT);
                nodes.add(start(settings, port, ended, status));
            }
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            nodes.forEach(Node::close);
            return 1;
        } catch (IOException | NodesConfException e) {
            System.err.println("dunlin-node cannot start: " + e.getMessage());
            nodes.forEach(Node::close);
            return 1;
        }
        CompletableFuture.allOf(nodes.stream().map(Node::ready).toArray(CompletableFuture[]::new))
                .thenRunAsync(CompilerThreads::giveWay);
        var closed = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    ended.countDown();
                                    awaitQuietly(closed);
                                },
                                "stop"));
        closeEachWhenShutDown(nodes, ended);
        ended.await();
        // A node that cannot go on has nothing to hand to its replicas in order.
        if (status.get() == 0) {
            drain(nodes);
        }
        nodes.forEach(Node::close);
        closed.countDown();
        return status.get();
    }

    /// All at once: each may have a data set to save.
    private static void drain(List<Node> nodes) throws InterruptedException {
        List<Thread> draining = new ArrayList<>();
        for (Node node : nodes) {
            draining.add(Thread.ofPlatform().name("drain-" + node.port()).start(node::drain));
        }
        for (Thread thread : draining) {
            thread.join();
        }
    }

    /// SHUTDOWN ends one node; the process ends with the last.
    private static void closeEachWhenShutDown(List<Node> nodes, CountDownLatch ended) {
        var left = new AtomicInteger(nodes.size());
        for (Node node : nodes) {
            node.shutDown()
                    .thenAcceptAsync(
                            done -> {
                                node.close();
                                if (left.decrementAndGet() == 0) {
                                    ended.countDown();
                                }
                            },
                            task -> Thread.ofPlatform().name("shutdown").start(task));
        }
    }

    private static int warmUp() {
        try {
            WarmUp.run();
            return 0;
        } catch (ConfigException | IOException | NodesConfException e) {
            System.err.println("dunlin-node cannot warm up: " + e.getMessage());
            return 1;
        }
    }

    private static Node start(
            Settings settings, int port, CountDownLatch ended, AtomicInteger status)
            throws IOException, NodesConfException {
        return Node.start(
                settings,
                () -> {
                    System.err.println(
                            "the node on port " + port + " had to stop, so the process ends");
                    status.set(1);
                    ended.countDown();
                });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
