// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// Ids, flags and addresses.
class NodeWordsTest {
    @Test
    void givenSameGenerator_whenIdsAreDrawn_thenTheyAreEqualAndValid() {
        NodeId id = NodeId.random(new Random(7));

        assertThat(id).isEqualTo(NodeId.random(new Random(7)));
        assertThat(id.value()).hasSize(40).matches("[0-9a-f]+");
        assertThat(NodeId.parse(id.value())).isEqualTo(id);
        assertThat(id.toBytes()).hasSize(40);
    }

    @Test
    void givenTextThatIsNoId_whenParsed_thenThereIsNone() {
        assertThat(NodeId.parse("a".repeat(39))).isNull();
        assertThat(NodeId.parse("a".repeat(41))).isNull();
        assertThat(NodeId.parse("A".repeat(40))).isNull();
        assertThat(ShardId.parse("a".repeat(39) + "\0")).isNull();
        assertThatThrownBy(() -> new NodeId("x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenIds_whenCompared_thenTheOrderIsBytewise() {
        assertThat(new NodeId("9".repeat(40))).isLessThan(new NodeId("a".repeat(40)));
    }

    @Test
    void givenFlags_whenPrinted_thenWordsComeInRedisOrder() {
        int bits = NodeFlags.FAIL | NodeFlags.MYSELF | NodeFlags.PRIMARY | NodeFlags.NO_FAILOVER;

        assertThat(NodeFlags.of(bits)).hasToString("myself,master,fail,nofailover");
        assertThat(NodeFlags.parse("myself,master,fail,nofailover")).isEqualTo(NodeFlags.of(bits));
        assertThat(NodeFlags.NONE).hasToString("noflags");
        assertThat(NodeFlags.of(NodeFlags.MEET)).hasToString("noflags");
        assertThat(NodeFlags.parse("noflags")).isEqualTo(NodeFlags.NONE);
        assertThat(NodeFlags.parse("replica,fail?,handshake,noaddr"))
                .hasToString("slave,fail?,handshake,noaddr");
    }

    @Test
    void givenUnknownWordOrBit_whenRead_thenWordIsRefusedAndBitDropped() {
        assertThat(NodeFlags.parse("myself,emperor")).isNull();
        assertThat(NodeFlags.parse("")).isNull();
        assertThat(NodeFlags.of(0x8000 | NodeFlags.REPLICA))
                .isEqualTo(NodeFlags.of(NodeFlags.REPLICA));
    }

    @Test
    void givenFlags_whenChanged_thenOnlyTheNamedBitsChange() {
        var flags = NodeFlags.of(NodeFlags.PRIMARY).with(NodeFlags.PFAIL);

        assertThat(flags.isPrimary() && flags.isSuspected() && !flags.isFailed()).isTrue();
        assertThat(flags.without(NodeFlags.PFAIL)).isEqualTo(NodeFlags.of(NodeFlags.PRIMARY));
    }

    @Test
    void givenAddress_whenPrinted_thenItIsTheFieldOfClusterNodes() {
        assertThat(NodeAddress.of("10.0.0.1", 7000, 17_000)).hasToString("10.0.0.1:7000@17000");
        assertThat(NodeAddress.of("10.0.0.1", 7000, 17_000).withHostname("a.example"))
                .hasToString("10.0.0.1:7000@17000,a.example");
        assertThat(NodeAddress.NONE).hasToString(":0@0");
    }

    @Test
    void givenPartsOutOfTheirLimits_whenMadeAnAddress_thenItIsRefused() {
        assertThat(NodeAddress.validIp("fe80::1%eth0")).isTrue();
        assertThat(NodeAddress.validIp("10.0.0.1 ")).isFalse();
        assertThat(NodeAddress.validHostname("")).isFalse();
        assertThat(NodeAddress.validHostname("a_b")).isFalse();
        assertThat(NodeAddress.validHumanNodename("rack 1")).isFalse();
        assertThat(NodeAddress.validHumanNodename("rack-1/a")).isTrue();
        assertThatThrownBy(() -> NodeAddress.of("10.0.0.1", 65_536, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenBrokenInvariant_whenChecked_thenItNamesTheValue() {
        assertThatThrownBy(() -> Invariant.check(false, "a slot number", 99))
                .isInstanceOf(Invariant.Broken.class)
                .hasMessage("a slot number: 99");
    }
}
