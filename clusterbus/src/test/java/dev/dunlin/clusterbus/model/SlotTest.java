// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The expected slots were read off `CLUSTER KEYSLOT` of redis-server 7.0.15.
class SlotTest {
    @Test
    void givenCheckString_whenHashed_thenItIsTheXmodemValue() {
        assertThat(Slot.crc16("123456789".getBytes(UTF_8), 0, 9)).isEqualTo(0x31C3);
        assertThat(Slot.ofKey("123456789".getBytes(UTF_8))).isEqualTo(12_739);
    }

    @ParameterizedTest
    @CsvSource({
        "foo, 12182",
        "{}foo, 9500",
        "foo{}{bar}, 8363",
        "foo{{bar}}zap, 4015",
        "{bar, 4015",
        "foo{bar}{zap}, 5061",
        "bar, 5061",
        "{t}x, 15891",
        "{t}y, 15891",
        "'', 0",
    })
    void givenKey_whenHashed_thenItHasRedisSlot(String key, int slot) {
        // "foo{{bar}}zap" has the tag "{bar", and so the slot of a key whose text is that.
        assertThat(Slot.ofKey(key.getBytes(UTF_8))).isEqualTo(slot);
    }

    @Test
    void givenKeyInsideALargerArray_whenHashed_thenOnlyItsBytesCount() {
        var bytes = "}{foo{bar}zap}".getBytes(UTF_8);

        assertThat(Slot.ofKey(bytes, 2, 8)).isEqualTo(Slot.ofKey("bar".getBytes(UTF_8)));
        assertThat(Slot.ofKey(bytes, 2, 3)).isEqualTo(12_182);
    }
}
