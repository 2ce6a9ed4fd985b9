// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that take more than their share, or go away in the middle: memory stays bounded, and the others do not notice.
class ClientLimitsTest {
    private static final String REQUEST = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\nxy\r\n";
    private static final int MEGABYTE = 1 << 20;

    /// What another client waits for an answer at most, on a machine that is busy with other things as well.
    private static final long ANSWER_MS_MAX = 2000;

    @TempDir private Path dir;
    private Node node;
    private RawConnection other;

    @BeforeEach
    void start() throws Exception {
        node = TestNodes.start(dir);
        other = new RawConnection(node.port());
    }

    @AfterEach
    void stop() {
        other.close();
        node.close();
    }

    @Test
    void givenHalfRequestsOfEveryLength_whenTheRestComesLater_thenEachRuns() {
        List<RawConnection> halves = new ArrayList<>();
        try {
            for (int cut = 1; cut < REQUEST.length(); cut++) {
                halves.add(new RawConnection(node.port()).send(REQUEST.substring(0, cut)));
            }
            assertOthersAreServed();

            for (int cut = 1; cut < REQUEST.length(); cut++) {
                assertThat(halves.get(cut - 1).send(REQUEST.substring(cut)).reply())
                        .describedAs("cut at %d", cut)
                        .isEqualTo("+OK");
            }
        } finally {
            halves.forEach(RawConnection::close);
        }
    }

    @Test
    void givenClientsThatLeaveAtEveryByte_whenTheyAreGone_thenNothingOfThemIsLeft() {
        long before = usedBytes();
        for (int round = 0; round < 20; round++) {
            for (int cut = 0; cut < REQUEST.length(); cut++) {
                new RawConnection(node.port()).send(REQUEST.substring(0, cut)).close();
            }
        }

        TestNodes.await("all are gone", 10, () -> clients() == 1);
        assertThat(other.call("DBSIZE")).isEqualTo(":0");
        assertThat(usedBytes() - before).isLessThan(MEGABYTE);
        assertOthersAreServed();
    }

    @Test
    void givenHugeBulksAnnounced_whenNothingFollows_thenNothingIsSetAside() {
        List<RawConnection> connections = new ArrayList<>();
        long before = usedBytes();
        long heard = info("total_net_input_bytes");
        try {
            for (int i = 0; i < 200; i++) {
                connections.add(
                        new RawConnection(node.port())
                                .send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\nabc"));
            }
            TestNodes.await(
                    "all are read", 10, () -> info("total_net_input_bytes") > heard + 200 * 35);

            // 100 GiB were announced.
            assertThat(usedBytes() - before).isLessThan(8L * MEGABYTE);
            assertOthersAreServed();
        } finally {
            connections.forEach(RawConnection::close);
        }
    }

    @Test
    void givenRequestsOfManyArguments_whenTheyHaveRun_thenTheirMemoryIsGivenBack() {
        int arguments = 200_000;
        String request =
                "*" + (arguments + 1) + "\r\n$3\r\nDEL\r\n" + "$1\r\nk\r\n".repeat(arguments);
        List<RawConnection> connections = new ArrayList<>();
        try {
            long heapBefore = heapBytes();
            long directBefore = usedBytes();
            for (int i = 0; i < 30; i++) {
                var c = new RawConnection(node.port());
                connections.add(c);
                assertThat(c.send(request).reply()).isEqualTo(":0");
            }

            assertThat(heapBytes() - heapBefore).isLessThan(15L * MEGABYTE);
            assertThat(usedBytes() - directBefore).isLessThan(8L * MEGABYTE);
            assertOthersAreServed();
        } finally {
            connections.forEach(RawConnection::close);
        }
    }

    @Test
    void givenNoLimit_whenAClientDoesNotRead_thenItsRepliesWaitAndOthersAreServed() {
        other.call("SET", "v", "x".repeat(MEGABYTE));
        long before = usedBytes();
        try (var slow = new RawConnection(node.port())) {
            slow.send("GET v\r\n".repeat(100));

            assertOthersAreServed();
            for (int i = 0; i < 100; i++) {
                assertThat(slow.reply()).hasSize(MEGABYTE + 1);
            }
        }
        TestNodes.await("given back", 10, () -> usedBytes() < before + MEGABYTE);
    }

    @Test
    void givenHardLimit_whenRepliesNobodyReadsExceedIt_thenThatClientIsDropped() {
        other.call("SET", "v", "x".repeat(MEGABYTE));
        other.call("CONFIG", "SET", "client-output-buffer-limit", "normal 10mb 0 0");
        long before = usedBytes();
        try (var slow = new RawConnection(node.port())) {
            slow.send("GET v\r\n".repeat(2000));

            TestNodes.await("dropped", 10, () -> clients() == 1);
            assertThat(usedBytes() - before).isLessThan(16L * MEGABYTE);
            assertThat(slow.isClosedByPeer()).isTrue();
        }
        assertOthersAreServed();
    }

    @Test
    void givenSoftLimit_whenAClientStaysOverIt_thenItIsDroppedThoughItAsksNoMore() {
        other.call("SET", "v", "x".repeat(MEGABYTE));
        other.call("CONFIG", "SET", "client-output-buffer-limit", "normal 0 1mb 1");
        try (var slow = new RawConnection(node.port())) {
            slow.send("GET v\r\n".repeat(30));

            assertOthersAreServed();
            TestNodes.await("dropped", 10, () -> clients() == 1);
            assertThat(slow.isClosedByPeer()).isTrue();
        }
        // One that reads may pass the limit as often as it likes.
        for (int i = 0; i < 100; i++) {
            assertThat(other.call("GET", "v")).hasSize(MEGABYTE + 1);
        }
    }

    @Test
    void givenAllSeatsTaken_whenOneMoreComes_thenRedissErrorUntilOneLeaves() {
        assertThat(other.call("CONFIG", "SET", "maxclients", "2")).isEqualTo("+OK");
        try (var second = new RawConnection(node.port())) {
            assertThat(second.call("PING")).isEqualTo("+PONG");
            try (var third = new RawConnection(node.port())) {
                assertThat(third.reply()).isEqualTo("-ERR max number of clients reached");
                assertThat(third.isClosedByPeer()).isTrue();
            }
            assertThat(info("rejected_connections")).isEqualTo(1);
            assertOthersAreServed();
        }
        TestNodes.await("a seat is free", 10, () -> clients() == 1);
        assertThat(TestNodes.ask(node, "PING")).isEqualTo("+PONG");
    }

    private void assertOthersAreServed() {
        for (int i = 0; i < 50; i++) {
            long startNs = System.nanoTime();
            assertThat(other.call("PING")).isEqualTo("+PONG");
            assertThat((System.nanoTime() - startNs) / 1_000_000).isLessThan(ANSWER_MS_MAX);
        }
    }

    private long clients() {
        return info("connected_clients");
    }

    private long info(String name) {
        return other.call("INFO", "everything")
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    /// {@return bytes in buffers of connections; the node and this test share a process, but the test uses none}
    private static long usedBytes() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }

    private static long heapBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
