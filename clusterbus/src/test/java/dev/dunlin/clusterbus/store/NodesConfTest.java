// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.PersistedNode;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodesConfTest {
    private static final String A = "a".repeat(40);
    private static final String B = "b".repeat(40);
    private static final String C = "c".repeat(40);

    /// Two lines as redis-server 7.0.15 writes them.
    private static final String REDIS_70 =
            A
                    + " 127.0.0.1:7000@17000 myself,master - 0 1763822000000 2 connected 0-5460 9000 [77->-"
                    + B
                    + "] [93-<-"
                    + B
                    + "]\n"
                    + B
                    + " ::1:7001@17001,b.example slave,fail "
                    + A
                    + " 1763822000001 1763822000000 2 disconnected\n"
                    + "vars currentEpoch 6 lastVoteEpoch 5\n\n\n\n";

    @Test
    void givenFileOfRedis70_whenRead_thenEveryFieldIsThere() throws Exception {
        PersistedState state = NodesConf.read(REDIS_70);

        assertThat(state.currentEpoch()).isEqualTo(6);
        assertThat(state.lastVoteEpoch()).isEqualTo(5);
        assertThat(state.openSlots())
                .containsExactly(
                        new OpenSlot.Migrating(77, new NodeId(B)),
                        new OpenSlot.Importing(93, new NodeId(B)));
        assertThat(state.myself())
                .isEqualTo(
                        new PersistedNode(
                                new NodeId(A),
                                NodeAddress.of("127.0.0.1", 7000, 17_000),
                                null,
                                null,
                                NodeFlags.of(NodeFlags.MYSELF | NodeFlags.PRIMARY),
                                null,
                                0,
                                1_763_822_000_000L,
                                2,
                                true,
                                slots(0, 5460).union(SlotSet.of(9000))));
        assertThat(state.nodes().get(1))
                .isEqualTo(
                        new PersistedNode(
                                new NodeId(B),
                                NodeAddress.of("::1", 7001, 17_001).withHostname("b.example"),
                                null,
                                null,
                                NodeFlags.of(NodeFlags.REPLICA | NodeFlags.FAIL),
                                new NodeId(A),
                                1_763_822_000_001L,
                                1_763_822_000_000L,
                                0,
                                false,
                                SlotSet.EMPTY));
    }

    @Test
    void givenFileOfRedis72AndValkey8_whenRead_thenAuxFieldsAreUnderstood() throws Exception {
        String text =
                A
                        + " 10.0.0.1:7000@17000,,tls-port=7100,shard-id="
                        + C
                        + ",nodename=rack-1/a,client-ipv4=1.2.3.4 myself,primary - 0 0 3 connected\n";

        PersistedNode myself = NodesConf.read(text).myself();

        assertThat(myself.address())
                .isEqualTo(new NodeAddress("10.0.0.1", 7000, 17_000, 7100, null));
        assertThat(myself.shardId()).isEqualTo(new ShardId(C));
        assertThat(myself.humanNodename()).isEqualTo("rack-1/a");
    }

    @Test
    void givenClaimAboveTheStoredEpoch_whenRead_thenCurrentEpochIsRaised() throws Exception {
        String text =
                A
                        + " 10.0.0.1:7000 myself,master - 0 0 9 connected\nvars currentEpoch 6 newName 3\n";

        assertThat(NodesConf.read(text).currentEpoch()).isEqualTo(9);
        assertThat(NodesConf.read(text).myself().address().busPort()).isEqualTo(17_000);
    }

    @Test
    void givenState_whenWritten_thenItIsRedis72Text() throws Exception {
        var state =
                new PersistedState(
                        6,
                        5,
                        List.of(
                                new PersistedNode(
                                        new NodeId(A),
                                        NodeAddress.of("127.0.0.1", 7000, 17_000),
                                        null,
                                        new ShardId(C),
                                        NodeFlags.of(NodeFlags.MYSELF | NodeFlags.PRIMARY),
                                        null,
                                        0,
                                        12,
                                        2,
                                        true,
                                        slots(0, 99))),
                        List.of(new OpenSlot.Migrating(77, new NodeId(B))));

        assertThat(NodesConf.write(state))
                .isEqualTo(
                        A
                                + " 127.0.0.1:7000@17000,,tls-port=0,shard-id="
                                + C
                                + " myself,master - 0 12 2 connected 0-99 [77->-"
                                + B
                                + "]\nvars currentEpoch 6 lastVoteEpoch 5\n");
    }

    @Test
    void givenAnyState_whenWrittenAndRead_thenItIsTheSame() {
        Seeds.forEach(
                300,
                random -> {
                    PersistedState state = randomState(random);

                    assertThat(NodesConf.read(NodesConf.write(state))).isEqualTo(state);
                });
    }

    @Test
    void givenMutatedText_whenRead_thenItIsReadOrRefusedButNothingElseIsThrown() {
        Seeds.forEach(
                2_000,
                random -> {
                    var text = new StringBuilder(NodesConf.write(randomState(random)));
                    for (int i = 1 + random.nextInt(3); i > 0; i--) {
                        int at = random.nextInt(text.length());
                        switch (random.nextInt(3)) {
                            case 0 -> text.deleteCharAt(at);
                            case 1 -> text.insert(at, (char) random.nextInt(10, 127));
                            default -> text.setLength(Math.max(1, at));
                        }
                    }
                    try {
                        assertThat(NodesConf.read(text.toString()).myself()).isNotNull();
                    } catch (NodesConfException expected) {
                        assertThat(expected).hasMessageMatching("(?s)(line \\d+: |no line has ).+");
                    }
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    A h:1@2 master - 0 0 0 connected                        | no line has the flag myself
                    A h:1@2 myself,master - 0 0 0                           | line 1: a node has at least 8 fields, found 7
                    x h:1@2 myself,master - 0 0 0 connected                 | line 1: not a node id: x
                    A h:1@2 myself,emperor - 0 0 0 connected                | line 1: unknown flag in: myself,emperor
                    A h myself,master - 0 0 0 connected                     | line 1: not an address: h
                    A h:x@2 myself,master - 0 0 0 connected                 | line 1: not a port: x
                    A h:1@65536 myself,master - 0 0 0 connected             | line 1: not a port: 65536
                    A h:60000 myself,master - 0 0 0 connected               | line 1: no bus port given, and port + 10000 is too high: h:60000
                    A h:1@2,a_b myself,master - 0 0 0 connected             | line 1: not a hostname: a_b
                    A h:1@2,,color=red myself,master - 0 0 0 connected      | line 1: unknown aux field: color=red
                    A h:1@2,,color myself,master - 0 0 0 connected          | line 1: not a name=value pair: color
                    A h:1@2,,shard-id=1 myself,master - 0 0 0 connected     | line 1: not a shard id: 1
                    A h:1@2 myself,slave y 0 0 0 connected                  | line 1: not a node id: y
                    A h:1@2 myself,master - z 0 0 connected                 | line 1: not a number: z
                    A h:1@2 myself,master - 0 0 -1 connected                | line 1: not a number: -1
                    A h:1@2 myself,master - 0 0 0 connected 16384           | line 1: not a slot: 16384
                    A h:1@2 myself,master - 0 0 0 connected 9-8             | line 1: slot range is backwards: 9-8
                    A h:1@2 myself,master - 0 0 0 connected 1-5 5           | line 1: slot has two owners: 5
                    A h:1@2 myself,master - 0 0 0 connected [5->-B          | line 1: not an open slot: [5->-B
                    A h:1@2 myself,master - 0 0 0 connected [5-x-B]         | line 1: not an open slot: [5-x-B]
                    A h:1@2 myself,master - 0 0 0 connected [5->-B] [5-<-B] | line 1: slot is open twice: 5
                    A h:1@2 myself,master - 0 0 0 connected;B h:1@2 myself,master - 0 0 0 connected | line 2: a second line has the flag myself
                    A h:1@2 myself,master - 0 0 0 connected;A h:1@2 master - 0 0 0 connected | line 2: node appears twice: A
                    A h:1@2 myself,master - 0 0 0 connected;B h:1@2 master - 0 0 0 connected [5->-A] | line 2: only myself can have an open slot: [5->-A]
                    A h:1@2 myself,master - 0 0 0 connected;vars currentEpoch   | line 2: vars without a value: currentEpoch
                    """)
    void givenOneMistake_whenRead_thenTheErrorNamesLineAndMistake(String text, String error) {
        String file = expand(text).replace(';', '\n');

        assertThatThrownBy(() -> NodesConf.read(file))
                .isInstanceOf(NodesConfException.class)
                .hasMessage(expand(error));
    }

    /// A and B as words of their own stand for ids.
    private static String expand(String text) {
        return text.replaceAll("\\bA\\b", A).replaceAll("\\bB\\b", B);
    }

    private static SlotSet slots(int first, int last) {
        return SlotSet.of(new SlotRange(first, last));
    }

    private static PersistedState randomState(RandomGenerator random) {
        var nodes = new ArrayList<PersistedNode>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            boolean replica = random.nextBoolean();
            int role = replica ? NodeFlags.REPLICA : NodeFlags.PRIMARY;
            int others = random.nextInt(4) * NodeFlags.PFAIL + (i == 0 ? NodeFlags.MYSELF : 0);
            nodes.add(
                    new PersistedNode(
                            NodeId.random(random),
                            new NodeAddress(
                                    "10.0.0." + i,
                                    7000,
                                    17_000,
                                    random.nextInt(9000),
                                    name(random)),
                            name(random),
                            random.nextBoolean() ? null : ShardId.random(random),
                            NodeFlags.of(role | others),
                            replica ? NodeId.random(random) : null,
                            random.nextLong(1L << 41),
                            random.nextLong(1L << 41),
                            replica ? 0 : random.nextLong(1000),
                            random.nextBoolean(),
                            randomSlots(random, i * 3000)));
        }
        var open =
                random.nextBoolean()
                        ? List.<OpenSlot>of()
                        : List.<OpenSlot>of(
                                new OpenSlot.Migrating(3, NodeId.random(random)),
                                new OpenSlot.Importing(4, NodeId.random(random)));
        return new PersistedState(1000 + random.nextLong(1000), random.nextLong(1000), nodes, open);
    }

    private static @Nullable String name(RandomGenerator random) {
        return random.nextBoolean() ? null : "name-" + random.nextInt(100);
    }

    private static SlotSet randomSlots(RandomGenerator random, int from) {
        var builder = SlotSet.builder();
        for (int i = random.nextInt(50); i > 0; i--) {
            builder.add(from + random.nextInt(3000));
        }
        return builder.build();
    }
}
