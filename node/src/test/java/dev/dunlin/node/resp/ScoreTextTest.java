// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreTextTest {
    private static final int NUMBERS = Integer.getInteger("double.numbers", 200_000);

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, -0",
        "1, 1",
        "-1.5, -1.5",
        "0.1, 0.1",
        "3.3, 3.3",
        "0.306275, 0.306275",
        "0.30000000000000004, 0.30000000000000004",
        "-0.000001, -0.000001",
        "0.0000015, 1.5e-6",
        "0.0000001, 1e-7",
        "1e16, 10000000000000000",
        "1e17, 100000000000000000",
        "4611686018427387904, 4611686018427387904",
        "1e19, 1e+19",
        "-1.2345678901234567e19, -12345678901234567000",
        "1e21, 1e+21",
        "1234567.125, 1234567.125",
        "-1.2345678901234567e23, -123456789012345670000000",
        "1.5e300, 1.5e+300",
        "4.9e-324, 5e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "NaN, nan",
        "Infinity, inf",
        "-Infinity, -inf"
    })
    void givenScore_whenWritten_thenItIsTheShortestText(double score, String text) {
        assertThat(text(score)).isEqualTo(text);
    }

    @Test
    void givenRandomScores_whenWritten_thenTheyReadBackAndNoShorterTextDoes() {
        var random = new SplittableRandom(7);
        for (int i = 0; i < NUMBERS; i++) {
            double score =
                    switch (i % 5) {
                        case 0 -> Double.longBitsToDouble(random.nextLong());
                        case 1 -> random.nextInt(1_000_000) / 1000.0;
                        case 2 -> Math.pow(10, random.nextInt(24) - 6) * random.nextDouble();
                        case 3 -> random.nextLong(1L << 53) / Math.pow(10, random.nextInt(12));
                        default -> random.nextLong() / 1024.0;
                    };
            if (Double.isFinite(score)) {
                String text = text(score);
                assertThat(Double.parseDouble(text)).isEqualTo(score);
                assertThat(text.length()).isLessThanOrEqualTo(ScoreText.BYTES_MAX);
                if (!ScoreText.isInteger(score)) {
                    // Java's text is the shortest; both say the same number.
                    assertThat(new BigDecimal(text))
                            .isEqualByComparingTo(new BigDecimal(Double.toString(score)));
                }
            }
        }
    }

    private static String text(double score) {
        return new String(ScoreText.of(score), ISO_8859_1);
    }
}
