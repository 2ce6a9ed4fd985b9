// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListpackEncodingTest {
    /// The steps are where Redis has them, which is one below what the digits would hold, but for the first.
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "127, 1",
        "128, 2",
        "16382, 2",
        "16383, 3",
        "16384, 3",
        "2097150, 3",
        "2097151, 4",
        "2097152, 4",
        "268435454, 4",
        "268435455, 5",
        "268435456, 5",
        "1073741823, 5",
    })
    void givenASize_whenWrittenBehindAnElement_thenItTakesTheBytesOfRedisAndReadsBack(
            int encodedBytes, int bytes) {
        assertThat(ListpackEncoding.backlenBytes(encodedBytes)).isEqualTo(bytes);
        try (NativeBlob blob = new NativeBlob(bytes)) {
            ListpackEncoding.writeBacklen(blob.address(), encodedBytes);

            assertThat(ListpackEncoding.readBacklen(blob.address() + bytes - 1))
                    .isEqualTo(encodedBytes);
            assertThat(blob.content()[0]).isGreaterThanOrEqualTo((byte) 0);
        }
    }
}
