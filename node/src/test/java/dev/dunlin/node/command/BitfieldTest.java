// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BitfieldTest {
    private final CommandHarness harness = new CommandHarness(false);
    private final Client client = harness.client();

    @AfterEach
    void close() {
        harness.close();
    }

    /// Found by the differential test with seed 3901: Redis takes what is far too small for what is too large.
    @Test
    void givenSmallestNumber_whenSetWithSaturation_thenTheFieldIsWhatRedisMakesOfIt() {
        assertThat(set("i8", "-9223372036854775808")).isEqualTo(127);
        assertThat(set("i8", "-9223372036854775681")).isEqualTo(127);
        assertThat(set("i8", "-9223372036854775680")).isEqualTo(-128);
        assertThat(set("i64", "-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
    }

    private long set(String type, String number) {
        harness.call(client, "BITFIELD", "k", "OVERFLOW", "SAT", "SET", type, "3", number);
        return harness.call(client, "BITFIELD", "k", "GET", type, "3")
                .elements()
                .getFirst()
                .integer();
    }

    @Test
    void givenNothingIsWritten_whenTheKeyWasMadeForIt_thenReplicasHearOfIt() {
        harness.takeLog();
        harness.call(client, "BITFIELD", "k", "OVERFLOW", "FAIL", "SET", "u8", "0", "300");

        assertThat(harness.call(client, "STRLEN", "k").integer()).isEqualTo(1);
        assertThat(harness.takeLog()).containsExactly("0: BITFIELD k OVERFLOW FAIL SET u8 0 300");
    }
}
