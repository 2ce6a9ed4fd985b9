// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.offheap.SlabAllocator;
import dev.dunlin.node.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Streams against a map of the JDK, in memory that notices damage and leaks. `-Dmodel.operations=1000000` is the long form.
@Tag("long-run")
class StreamValueTest {
    private static final int OPERATIONS = Integer.getInteger("model.operations", 4000);
    private static final long SEED = Seeds.LONG_RUN;

    /// Entries are few milliseconds apart, with few of them in each.
    private record Id(long ms, long seq) implements Comparable<Id> {
        @Override
        public int compareTo(Id other) {
            return StreamId.compare(ms, seq, other.ms, other.seq);
        }
    }

    /// A stream, what it should hold, and nodes that somebody needs as they were.
    private static final class Box implements AutoCloseable, Texts {
        final Keyspace keyspace =
                new Keyspace(new DebugAllocator(SlabAllocator.create()), 1, 1, 42);
        final StreamValue stream = new StreamValue(keyspace);
        final TreeMap<Id, List<String>> model = new TreeMap<>();
        final Map<Integer, byte[]> pinned = new TreeMap<>();
        final StreamId id = new StreamId();
        private final long scratch = keyspace.allocateScratch(20_000);
        private List<String> texts = List.of();

        Box(long bytesMax, long entriesMax) {
            stream.limits(bytesMax, entriesMax);
            stream.create(keyspace.database(0), 0, scratch, 1, 7, Database.NO_EXPIRY);
        }

        @Override
        public long address(int number) {
            long at = scratch;
            for (String text : texts.subList(0, number)) {
                at += text.length();
            }
            return at;
        }

        @Override
        public int bytes(int number) {
            return texts.get(number).length();
        }

        void append(List<String> fields, boolean nextMs) {
            texts = fields;
            byte[] all = String.join("", fields).getBytes(ISO_8859_1);
            Memory.copyIn(all, 0, scratch, all.length);
            stream.lastId(id);
            id.set(id.ms() + (nextMs ? 1 : 0), nextMs ? 0 : id.seq() + 1);
            stream.append(id, this, 0, fields.size() / 2);
            model.put(new Id(id.ms(), id.seq()), fields);
        }

        void pinAll() {
            NodeChain chains = keyspace.chains();
            for (int node = NodeChain.first(stream.address());
                    node != Allocator.NULL;
                    node = chains.next(node)) {
                if (!chains.isPinned(node)) {
                    chains.pin(node);
                    pinned.put(node, content(node));
                }
            }
        }

        void unpinAll() {
            pinned.forEach((node, content) -> {
                assertThat(content(node)).isEqualTo(content);
                keyspace.chains().unpin(node);
            });
            pinned.clear();
        }

        private byte[] content(int node) {
            byte[] content = new byte[keyspace.chains().bytes(node)];
            Memory.copyOut(keyspace.chains().content(node), content, 0, content.length);
            return content;
        }

        List<String> read(StreamCursor cursor) {
            List<String> lines = new ArrayList<>();
            while (cursor.next()) {
                List<String> fields = new ArrayList<>();
                for (long i = cursor.fieldCount(); i > 0; i--) {
                    cursor.nextField();
                    fields.add(text(cursor.fieldAddress(), cursor.fieldBytes()));
                    fields.add(text(cursor.valueAddress(), cursor.valueBytes()));
                }
                lines.add(new Id(cursor.ms(), cursor.seq()) + " " + fields);
            }
            return lines;
        }

        private static String text(long address, int bytes) {
            byte[] text = new byte[bytes];
            Memory.copyOut(address, text, 0, bytes);
            return new String(text, ISO_8859_1);
        }

        @Override
        public void close() {
            unpinAll();
            keyspace.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"4096, 100", "300, 7", "0, 0", "1, 0", "100000, 1000"})
    void givenRandomChanges_whenComparedWithAMap_thenEveryRangeIsTheSameInBothDirections(
            long bytesMax, long entriesMax) {
        var random = new Random(SEED);
        try (var box = new Box(bytesMax, entriesMax)) {
            for (int i = 0; i < OPERATIONS; i++) {
                change(box, random);
                if (i % 10 == 0) {
                    compare(box, random);
                }
            }
        }
    }

    private static void change(Box box, Random random) {
        switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> {
                Id id = anyId(box, random);
                boolean there = box.model.remove(id) != null;
                assertThat(box.stream.delete(id.ms, id.seq)).as("-Dseed=%d", SEED).isEqualTo(there);
                if (there) {
                    box.stream.findFirstId();
                }
            }
            case 8 -> {
                long max = Math.max(0, box.model.size() - random.nextInt(60));
                boolean exactly = random.nextBoolean();
                long trimmed = box.stream.trimToLength(max, exactly, 0);
                assertThat(box.model.size() - trimmed).isGreaterThanOrEqualTo(max);
                if (exactly) {
                    assertThat(box.model.size() - trimmed).isEqualTo(max);
                }
                for (long i = 0; i < trimmed; i++) {
                    box.model.pollFirstEntry();
                }
            }
            case 9 -> {
                Id first = anyId(box, random);
                if (random.nextInt(4) == 0) {
                    long trimmed =
                            box.stream.trimToId(new StreamId().set(first.ms, first.seq), true, 0);
                    assertThat((long) box.model.headMap(first).size()).isEqualTo(trimmed);
                    box.model.headMap(first).clear();
                }
            }
            case 10 -> {
                if (random.nextInt(10) == 0) {
                    box.pinAll();
                }
            }
            case 11 -> box.unpinAll();
            default -> box.append(fields(random), random.nextInt(4) == 0);
        }
    }

    private static Id anyId(Box box, Random random) {
        box.stream.lastId(box.id);
        return new Id(random.nextLong(box.id.ms() + 2), random.nextInt(8));
    }

    private static List<String> fields(Random random) {
        if (random.nextInt(3) > 0) {
            return List.of("name", "v" + random.nextInt(), "age", "" + random.nextInt(300));
        }
        List<String> fields = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            fields.add("f" + random.nextInt(3));
            fields.add("x".repeat(random.nextInt(random.nextInt(9) == 0 ? 5000 : 50)));
        }
        return fields;
    }

    private static void compare(Box box, Random random) {
        StreamValue stream = box.stream;
        assertThat(stream.length()).as("-Dseed=%d", SEED).isEqualTo(box.model.size());
        Id left = anyId(box, random);
        Id right = random.nextInt(4) == 0 ? new Id(-1, -1) : anyId(box, random);
        var from = new StreamId().set(left.ms, left.seq);
        var to = new StreamId().set(right.ms, right.seq);
        List<String> expected = new ArrayList<>();
        if (left.compareTo(right) <= 0) {
            box.model
                    .subMap(left, true, right, true)
                    .forEach((id, fields) -> expected.add(id + " " + fields));
        }
        StreamCursor cursor = stream.cursor();
        long max = random.nextInt(3) == 0 ? Long.MAX_VALUE : random.nextInt(50);
        long count = Math.min(max, expected.size());
        assertThat(cursor.forward(stream.address(), from, to).countAhead(max)).isEqualTo(count);
        assertThat(box.read(cursor)).as("-Dseed=%d", SEED).isEqualTo(expected);
        assertThat(cursor.backward(stream.address(), from, to).countAhead(max)).isEqualTo(count);
        assertThat(box.read(cursor)).as("-Dseed=%d", SEED).isEqualTo(expected.reversed());
        StreamId known = stream.firstId(new StreamId());
        if (!box.model.isEmpty()) {
            assertThat(known.toString())
                    .isEqualTo(box.model.firstKey().ms + "-" + box.model.firstKey().seq);
            stream.lastEntryId(known);
            assertThat(known.toString())
                    .isEqualTo(box.model.lastKey().ms + "-" + box.model.lastKey().seq);
        } else {
            assertThat(known.isMin()).isTrue();
        }
    }
}
