// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static dev.dunlin.node.persistence.rdb.RdbText.bytes;
import static dev.dunlin.node.persistence.rdb.RdbText.hex;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.testkit.Seeds;
import dev.dunlin.node.value.Listpack;
import dev.dunlin.node.value.ListpackElement;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/// What we write is loaded by a real redis-server, and what it writes is read by us, byte for byte.
class RdbInteropTest {
    @TempDir private static Path folder;

    private static @Nullable RealRedis server;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(RealRedis.isInstalled("redis-server"), "redis-server is not installed");
        assumeTrue(RealRedis.isInstalled("redis-check-rdb"), "redis-check-rdb is not installed");
        server = RealRedis.start(folder);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static Jedis redis() {
        return requireNonNull(server).client();
    }

    /// Texts that each take another way through the encoder.
    private static byte[] anyText(Random random) {
        byte[] noise = new byte[random.nextInt(100)];
        random.nextBytes(noise);
        return switch (random.nextInt(9)) {
            case 0 -> bytes(Long.toString(random.nextLong() >> random.nextInt(64)));
            case 1 -> bytes(Integer.toString(random.nextInt(300) - 150));
            case 2 -> bytes("0" + random.nextInt(100));
            case 3 -> bytes("ab".repeat(random.nextInt(300)));
            case 4 ->
                    bytes(
                            "lorem ipsum "
                                    + random.nextInt()
                                    + " dolor sit amet ".repeat(random.nextInt(40)));
            case 5 -> bytes("z".repeat(random.nextInt(random.nextInt(20) == 0 ? 200_000 : 500)));
            case 6 -> bytes("");
            default -> noise;
        };
    }

    private static ByteBuf memory(byte[] content) {
        return Unpooled.directBuffer(Math.max(1, content.length)).writeBytes(content);
    }

    private static byte[] array(ByteBuf buffer) {
        byte[] content = new byte[buffer.readableBytes()];
        buffer.readBytes(content);
        buffer.release();
        return content;
    }

    @Test
    void givenStringsAndHashes_whenDumpedByUs_thenRedisRestoresThem() {
        var encoder = new RdbEncoder(true);
        Seeds.forEach(
                300,
                random -> {
                    byte[] value = anyText(random);
                    ByteBuf native1 = memory(value);
                    ByteBuf out = Unpooled.directBuffer();
                    if (random.nextBoolean()) {
                        encoder.stringValue(out, native1.memoryAddress(), value.length);
                    } else {
                        encoder.stringValue(out, value, 0, value.length);
                    }
                    DumpPayload.seal(out, 0);
                    native1.release();
                    redis().del("s");
                    redis().restore(bytes("s"), 0, array(out));
                    assertThat(redis().get(bytes("s"))).isEqualTo(value);

                    Map<String, String> pairs = anyPairs(random);
                    ByteBuf hash = Unpooled.buffer();
                    encoder.hashHeader(hash, pairs.size());
                    pairs.forEach((field, text) -> {
                        encoder.string(hash, bytes(field), 0, field.length());
                        encoder.string(hash, bytes(text), 0, text.length());
                    });
                    DumpPayload.seal(hash, 0);
                    redis().del("h");
                    redis().restore(bytes("h"), 0, array(hash));
                    assertThat(pairs(redis().hgetAll(bytes("h")))).isEqualTo(pairs);
                });
    }

    @Test
    void givenStringsAndHashes_whenDumpedByRedis_thenWeDecodeThem() {
        Seeds.forEach(
                300,
                random -> {
                    byte[] value = anyText(random);
                    redis().set(bytes("s"), value);
                    byte[] dump = redis().dump(bytes("s"));
                    assertThat(DumpPayload.isIntact(dump, 0, dump.length)).isTrue();
                    assertThat(
                                    RdbText.value(
                                            DumpPayload.decode(
                                                    dump, 0, dump.length, RdbLimits.DEFAULT)))
                            .isEqualTo("string " + hex(value));

                    Map<String, String> pairs = anyPairs(random);
                    redis().del("h");
                    pairs.forEach(
                            (field, text) -> redis().hset(bytes("h"), bytes(field), bytes(text)));
                    byte[] hash = redis().dump(bytes("h"));
                    assertThat(
                                    RdbText.value(
                                            DumpPayload.decode(
                                                    hash, 0, hash.length, RdbLimits.DEFAULT)))
                            .isEqualTo("hash " + text(pairs));
                    ByteBuf memory = memory(hash);
                    assertThat(DumpPayload.isIntact(memory.memoryAddress(), hash.length)).isTrue();
                    memory.release();
                });
    }

    @Test
    void givenShortStrings_whenDumpedByBoth_thenThePayloadsAreEqual() {
        var encoder = new RdbEncoder(true);
        Seeds.forEach(
                300,
                random -> {
                    byte[] value = anyText(random);
                    if (value.length <= 20) {
                        ByteBuf out = Unpooled.buffer();
                        encoder.stringValue(out, value, 0, value.length);
                        DumpPayload.seal(out, 0);
                        redis().set(bytes("s"), value);
                        assertThat(array(out)).isEqualTo(redis().dump(bytes("s")));
                    }
                });
    }

    /// The vectors with which the readers of old encodings are tested are accepted by Redis with the same meaning.
    @Test
    void givenOldEncodings_whenRestored_thenRedisReadsTheSameAsWe() throws Exception {
        for (String line : RdbText.lines("values.txt")) {
            String[] columns = line.split(" \\| ", -1);
            byte[] payload = sealed(columns[1]);
            if (payload[0] == RdbType.SET_LISTPACK.code()
                    || payload[0] == RdbType.STREAM_3.code()) {
                continue; // Newer than this server.
            }
            redis().del("v");
            redis().restore(bytes("v"), 0, payload);
            String expected = columns[2];
            assertThat(expected).as(columns[0]).startsWith(redis().type("v"));
            if (expected.startsWith("hash")) {
                assertThat("hash " + text(pairs(redis().hgetAll(bytes("v"))))).isEqualTo(expected);
            } else if (expected.startsWith("list")) {
                assertThat("list " + String.join(" ", hexes(redis().lrange(bytes("v"), 0, -1))))
                        .isEqualTo(expected);
            } else if (expected.startsWith("set")) {
                assertThat(
                                "set "
                                        + String.join(
                                                " ",
                                                hexes(redis().smembers(bytes("v"))).stream()
                                                        .sorted()
                                                        .toList()))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void givenAPayloadThatIsNotIntact_whenRestored_thenRedisRefusesItToo() throws Exception {
        byte[] payload = sealed("00 c0 07");
        payload[1] ^= 1;
        assertThat(DumpPayload.isIntact(payload, 0, payload.length)).isFalse();
        assertThatThrownBy(() -> redis().restore(bytes("broken"), 0, payload))
                .isInstanceOf(JedisDataException.class)
                .hasMessageContaining("DUMP payload version or checksum are wrong");
    }

    @Test
    void givenAFileOfOurs_whenRedisStartsWithIt_thenEveryKeyIsThere(@TempDir Path home)
            throws Exception {
        var random = new Random(7);
        List<String> expected = new ArrayList<>();
        Path file = home.resolve("dump.rdb");
        write(file, random, expected);

        check(file);
        try (RealRedis loaded = RealRedis.start(home)) {
            List<String> found = new ArrayList<>();
            for (int db : new int[] {0, 1, 15}) {
                loaded.client().select(db);
                for (byte[] key : loaded.client().keys(bytes("*"))) {
                    String head =
                            db
                                    + " "
                                    + hex(key)
                                    + " "
                                    + Math.max(0, loaded.client().pexpireTime(key))
                                    + " ";
                    found.add(
                            loaded.client().type(key).equals("hash")
                                    ? head + "hash " + text(pairs(loaded.client().hgetAll(key)))
                                    : head + "string " + hex(loaded.client().get(key)));
                }
            }
            assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(RdbText.entries(Files.readAllBytes(file))).containsExactlyElementsOf(expected);
    }

    /// Writes strings and hashes of all kinds, in small slices, as a snapshot would.
    private static void write(Path file, Random random, List<String> expected) throws Exception {
        try (var writer =
                        new RdbWriter(
                                PooledByteBufAllocator.DEFAULT,
                                4096,
                                true,
                                RdbWriter.Trailer.CHECKSUM);
                var channel = Files.newOutputStream(file)) {
            writer.header();
            writer.aux("redis-ver", "7.0.15");
            writer.aux("redis-bits", 64);
            writer.aux("ctime", 1_700_000_000);
            writer.aux("used-mem", 1 << 20);
            writer.aux("aof-base", 0);
            writer.function(
                    bytes(
                            "#!lua name=ours\nredis.register_function('g', function() return 2 end)"));
            for (int db : new int[] {0, 1, 15}) {
                writer.selectDb(db);
                writer.resizeDb(400, 100);
                for (int i = 0; i < 400; i++) {
                    writeEntry(writer, db, i, random, expected);
                    if (writer.bufferedBytes() > 4000) {
                        flush(writer, channel);
                    }
                }
            }
            writer.end();
            long bytes = writer.fileBytes();
            flush(writer, channel);
            assertThat(Files.size(file)).isEqualTo(bytes);
        }
    }

    private static void flush(RdbWriter writer, OutputStream target) throws Exception {
        ByteBuf slice = writer.take();
        slice.getBytes(slice.readerIndex(), target, slice.readableBytes());
        slice.release();
    }

    private static void writeEntry(
            RdbWriter writer, int db, int i, Random random, List<String> expected) {
        byte[] key =
                bytes(
                        random.nextBoolean()
                                ? Integer.toString(i)
                                : "key:" + i + "x".repeat(random.nextInt(40)));
        long expireAtMs = random.nextInt(4) == 0 ? 4_102_444_800_000L + i : RdbRecord.Entry.NEVER;
        ByteBuf keyMemory = memory(key);
        String head = db + " " + hex(key) + " " + expireAtMs + " ";
        switch (random.nextInt(3)) {
            case 0 -> {
                byte[] value = anyText(random);
                ByteBuf memory = memory(value);
                writer.stringEntry(
                        keyMemory.memoryAddress(),
                        key.length,
                        expireAtMs,
                        memory.memoryAddress(),
                        value.length);
                memory.release();
                expected.add(head + "string " + hex(value));
            }
            case 1 -> {
                Map<String, String> pairs = anyPairs(random);
                writer.beginHashEntry(
                        keyMemory.memoryAddress(), key.length, expireAtMs, pairs.size());
                pairs.forEach((field, value) -> {
                    writer.values().string(writer.out(), bytes(field), 0, field.length());
                    writer.values().string(writer.out(), bytes(value), 0, value.length());
                });
                expected.add(head + "hash " + text(pairs));
            }
            default -> {
                Map<String, String> pairs = anyPairs(random);
                ByteBuf listpack = listpack(pairs);
                writer.hashListpackEntry(
                        keyMemory.memoryAddress(),
                        key.length,
                        expireAtMs,
                        listpack.memoryAddress(),
                        Listpack.bytes(listpack.memoryAddress()));
                listpack.release();
                expected.add(head + "hash " + text(pairs));
            }
        }
        keyMemory.release();
    }

    private static ByteBuf listpack(Map<String, String> pairs) {
        var element = new ListpackElement();
        ByteBuf memory = Unpooled.directBuffer(1 << 20);
        long listpack = memory.memoryAddress();
        Listpack.writeEmpty(listpack);
        pairs.forEach((field, value) -> {
            Listpack.append(listpack, element.ofBytes(bytes(field)));
            Listpack.append(listpack, element.ofBytes(bytes(value)));
        });
        return memory;
    }

    private static void check(Path file) throws Exception {
        Process check =
                new ProcessBuilder("redis-check-rdb", file.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(check.getInputStream().readAllBytes(), ISO_8859_1);
        assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("RDB looks OK");
        assertThat(check.exitValue()).isZero();
    }

    private static byte[] sealed(String hex) {
        ByteBuf out = Unpooled.buffer().writeBytes(RdbText.unhex(hex));
        DumpPayload.seal(out, 0);
        return array(out);
    }

    private static Map<String, String> anyPairs(Random random) {
        Map<String, String> pairs = new TreeMap<>();
        for (int i = random.nextInt(random.nextInt(10) == 0 ? 200 : 12); i >= 0; i--) {
            byte[] value = anyText(random);
            String text = new String(value, 0, Math.min(value.length, 3000), ISO_8859_1);
            pairs.put(random.nextBoolean() ? "f" + i : Integer.toString(i), text);
        }
        return pairs;
    }

    private static Map<String, String> pairs(Map<byte[], byte[]> reply) {
        Map<String, String> pairs = new TreeMap<>();
        reply.forEach((field, value) ->
                pairs.put(new String(field, ISO_8859_1), new String(value, ISO_8859_1)));
        return pairs;
    }

    private static String text(Map<String, String> pairs) {
        return String.join(
                " ",
                pairs.entrySet().stream()
                        .map(pair -> hex(bytes(pair.getKey())) + "=" + hex(bytes(pair.getValue())))
                        .sorted()
                        .toList());
    }

    private static List<String> hexes(Collection<byte[]> elements) {
        return elements.stream().map(RdbText::hex).toList();
    }
}
