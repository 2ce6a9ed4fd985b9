// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HashSlotTest {
    @Test
    void givenKeysOfTheSpecification_whenHashed_thenTheSlotsAreThoseOfRedis() {
        // The first is the check value of the cluster specification, the others are CLUSTER KEYSLOT
        // of redis-server 7.0.15.
        assertThat(HashSlot.of("123456789")).isEqualTo(0x31C3);
        assertThat(HashSlot.of("foo")).isEqualTo(12_182);
        assertThat(HashSlot.of("bar")).isEqualTo(5_061);
        assertThat(HashSlot.of("")).isZero();
    }

    @Test
    void givenARange_whenATagIsWanted_thenItLiesInIt() {
        assertThat(HashSlot.of(HashSlot.tagWithin(5461, 10_922))).isBetween(5461, 10_922);
        assertThat(HashSlot.of(HashSlot.tagWithin(77, 77))).isEqualTo(77);
    }
}
