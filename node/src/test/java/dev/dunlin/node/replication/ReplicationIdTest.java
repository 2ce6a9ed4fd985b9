// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ReplicationIdTest {
    @Test
    void givenSeededGenerator_whenTwoIdsAreMade_thenTheyDifferAndAreFortyHexDigits() {
        Random random = new Random(1);

        ReplicationId first = ReplicationId.random(random);
        ReplicationId second = ReplicationId.random(random);

        assertThat(first.hex()).matches("[0-9a-f]{40}");
        assertThat(first).isNotEqualTo(second);
        assertThat(ReplicationId.random(new Random(1))).isEqualTo(first);
    }

    @Test
    void givenUpperCase_whenParsed_thenItIsTheSameId() {
        String hex = "0123456789abcdef0123456789abcdef01234567";

        assertThat(ReplicationId.parse("0123456789ABCDEF0123456789abcdef01234567"))
                .contains(new ReplicationId(hex));
    }

    @Test
    void givenGarbage_whenParsed_thenThereIsNoId() {
        assertThat(ReplicationId.parse("?")).isEmpty();
        assertThat(ReplicationId.parse("")).isEmpty();
        assertThat(ReplicationId.parse("a".repeat(39))).isEmpty();
        assertThat(ReplicationId.parse("a".repeat(41))).isEmpty();
        assertThat(ReplicationId.parse("g".repeat(40))).isEmpty();
        assertThatThrownBy(() -> new ReplicationId("A".repeat(40)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
