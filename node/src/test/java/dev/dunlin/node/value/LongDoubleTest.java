// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The sums were read off redis-server 7.0.15 (INCRBYFLOAT on x86-64).
class LongDoubleTest {
    private static LongDouble parse(String text) {
        return Objects.requireNonNull(LongDouble.parse(text.getBytes(ISO_8859_1)), text);
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 0.2, 0.3",
        "10.50, 0.1, 10.6",
        "5.0e3, 200, 5200",
        "3.0, 0, 3",
        "1e-18, 0, 0",
        "-1e-20, 0, 0",
        "0x1p3, 0x.8, 8.5",
        "-0x1.8p1, 0, -3",
        "9223372036854775807, 1, 9223372036854775808",
        "18446744073709551615, 0, 18446744073709551615",
        "18446744073709551617, 0, 18446744073709551616",
        "18446744073709551619, 0, 18446744073709551620",
        "1e30, 1, 1000000000000000000024696061952",
        "0.000000000000000005, 0, 0",
    })
    void givenTwoNumbers_whenAdded_thenTheTextIsThatOfRedis(String left, String right, String sum) {
        assertThat(new String(parse(left).plus(parse(right)).text(), ISO_8859_1)).isEqualTo(sum);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "1 ",
                "nan",
                "0x",
                "0x.",
                ".",
                "1e",
                "1e+",
                "e5",
                "--1",
                "1_0",
                "1e4933",
                "1e-99999",
                "1e99999999999999999999",
                "0x1p99999",
                "infinit",
                "1\0"
            })
    void givenWhatRedisDoesNotTake_whenParsed_thenNull(String text) {
        assertThat(LongDouble.parse(text.getBytes(ISO_8859_1))).isNull();
    }

    @Test
    void givenInfinities_whenAdded_thenTheyStayOrCancel() {
        assertThat(parse("inf").plus(parse("1")).isInfinite()).isTrue();
        assertThat(parse("-infinity").plus(parse("-INF")).text())
                .isEqualTo("-inf".getBytes(ISO_8859_1));
        assertThat(parse("inf").plus(parse("-inf")).isFinite()).isFalse();
        assertThat(parse("inf").plus(parse("-inf")).isInfinite()).isFalse();
        assertThat(parse("1.1e4932").plus(parse("1.1e4932")).isInfinite()).isTrue();
    }

    @Test
    void givenTooLongText_whenParsed_thenNull() {
        assertThat(LongDouble.parse("1".repeat(4000).getBytes(ISO_8859_1))).isNotNull();
        assertThat(LongDouble.parse("1".repeat(5120).getBytes(ISO_8859_1))).isNull();
    }
}
