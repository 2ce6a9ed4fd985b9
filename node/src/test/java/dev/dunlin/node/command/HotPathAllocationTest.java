// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.dunlin.node.resp.ReplyWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands that services live on must not make garbage.
class HotPathAllocationTest {
    private static final int COMMANDS = 20_000;

    /// What measuring itself, and the code before it is compiled, may cost per command.
    private static final double BYTES_MAX = 1.0;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET key value",
                "GET key",
                "INCR counter",
                "MSET a 1 b 2",
                "HSET hash field value",
                "HGET hash field",
                "HSET large field200 value",
                "HGET large field200",
                "HINCRBY hash count 1",
                "SADD small 5",
                "SADD listpack x",
                "SADD largeset member200",
                "SISMEMBER listpack x",
                "SISMEMBER largeset member200",
                "SMOVE largeset largeset member7",
                "SCARD small",
                "SETBIT bits 7000 1",
                "GETBIT bits 7000",
                "BITCOUNT bits 0 -1 BIT",
                "BITFIELD bits INCRBY u8 #3 1 OVERFLOW SAT GET i13 77",
                "PFADD hll a b c d e f",
                "PFCOUNT hll",
                "LRANGE list 0 -1",
                "LINDEX long 700",
                "LSET long 700 value",
                "LMOVE long long LEFT RIGHT",
                "ZADD sorted 5 member",
                "ZADD ranked 5 member200",
                "ZADD ranked 2.5 member200",
                "ZINCRBY ranked 3 member100",
                "ZSCORE ranked member200",
                "ZRANK ranked member200",
                "XADD entries * field value",
                "XADD entries MAXLEN ~ 1000 * field value",
                "XLEN entries",
                "XRANGE entries - + COUNT 10",
                "EXISTS key",
                "TTL key"
            })
    void givenHotCommand_whenRunManyTimes_thenNothingIsAllocatedOnTheHeap(String text) {
        try (var harness = new CommandHarness()) {
            Client client = harness.client();
            for (int i = 0; i < 300; i++) {
                harness.call(client, "HSET", "large", "field" + i, "v");
                harness.call(client, "SADD", "largeset", "member" + i);
                harness.call(client, "ZADD", "ranked", "" + i, "member" + i);
            }
            harness.call(client, "SADD", "small", "1", "2", "3");
            harness.call(client, "SADD", "listpack", "a", "b", "c");
            for (int i = 0; i < 1500; i++) {
                harness.call(client, "RPUSH", "long", "element" + i);
            }
            harness.call(client, "RPUSH", "list", "a", "2", "c");
            for (int i = 1; i < 300; i++) {
                harness.call(client, "XADD", "entries", i + "-1", "field", "value" + i);
            }
            harness.call(client, "HSET", "hash", "field", "value", "count", "1");
            List<String> words = List.of(text.split(" ", -1));
            ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(256);
            var args = new Args(harness.keyspace.index(), false);
            args.bind(addresses(memory, words), lengths(words), 0, words.size());
            var reply = new ReplyWriter(PooledByteBufAllocator.DEFAULT);
            reply.begin(false);
            reply.ok();
            long mark = reply.mark();
            run(harness, client, args, reply, mark);

            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            run(harness, client, args, reply, mark);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;

            reply.finish(ByteBuf::release);
            memory.release();
            assertThat((double) allocated / COMMANDS).isLessThan(BYTES_MAX);
        }
    }

    private static void run(
            CommandHarness harness, Client client, Args args, ReplyWriter reply, long mark) {
        for (int i = 0; i < COMMANDS; i++) {
            harness.runner.run(client, null, args, harness.nowMs, reply);
            reply.rewind(mark);
        }
    }

    private static long[] addresses(ByteBuf memory, List<String> words) {
        long[] addresses = new long[words.size()];
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = memory.memoryAddress() + memory.writerIndex();
            memory.writeBytes(words.get(i).getBytes(ISO_8859_1));
        }
        return addresses;
    }

    private static int[] lengths(List<String> words) {
        return words.stream().mapToInt(String::length).toArray();
    }
}
