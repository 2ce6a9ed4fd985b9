// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {
    private static boolean canonical(String text) {
        byte[] bytes = ("x" + text + "9").getBytes(ISO_8859_1);
        return Decimal.isCanonical(bytes, 1, text.length());
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                9,
                10,
                -10,
                99,
                100,
                12345,
                Integer.MIN_VALUE,
                Long.MAX_VALUE,
                Long.MIN_VALUE
            })
    void givenAnInteger_whenPrinted_thenItIsCanonicalAndReadsBack(long value) {
        byte[] text = new byte[24];

        int bytes = Decimal.write(value, text, 2);

        assertThat(new String(text, 2, bytes, ISO_8859_1)).isEqualTo(Long.toString(value));
        assertThat(Decimal.textBytes(value)).isEqualTo(bytes);
        assertThat(Decimal.isCanonical(text, 2, bytes)).isTrue();
        assertThat(Decimal.parse(text, 2, bytes)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+1",
                "01",
                "-0",
                "-01",
                "00",
                " 1",
                "1 ",
                "1.0",
                "1e3",
                "0x1",
                "--1",
                "9223372036854775808",
                "-9223372036854775809",
                "9999999999999999999",
                "-9999999999999999999",
                "10000000000000000000",
                "18446744073709551616",
                "99999999999999999999"
            })
    void givenAnyOtherSpelling_whenTested_thenItIsNotCanonical(String text) {
        assertThat(canonical(text)).isFalse();
    }

    @Test
    void givenAnyShortText_whenTested_thenTheAnswerIsThatOfTheDefinition() {
        Seeds.forEach(
                20_000,
                random -> {
                    var text = new StringBuilder();
                    for (int i = random.nextInt(21); i > 0; i--) {
                        text.append(
                                "0123456789012345678901234567890123456789-+ a"
                                        .charAt(random.nextInt(44)));
                    }
                    assertThat(canonical(text.toString()))
                            .as(text.toString())
                            .isEqualTo(byDefinition(text.toString()));
                });
    }

    private static boolean byDefinition(String text) {
        try {
            return Long.toString(Long.parseLong(text)).equals(text);
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
