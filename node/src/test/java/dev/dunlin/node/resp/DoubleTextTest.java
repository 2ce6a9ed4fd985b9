// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoubleTextTest {
    private static final int NUMBERS = Integer.getInteger("double.numbers", 200_000);

    /// What `printf '%.17g'` of a real C library prints.
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, -0",
        "1, 1",
        "-1.5, -1.5",
        "0.1, 0.10000000000000001",
        "3.14, 3.1400000000000001",
        "0.0001, 0.0001",
        "0.00001, 1.0000000000000001e-05",
        "1e16, 10000000000000000",
        "1e17, 1e+17",
        "123456789012345678, 1.2345678901234568e+17",
        "1e300, 1.0000000000000001e+300",
        "4.9e-324, 4.9406564584124654e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "0.09999999999999999, 0.099999999999999992",
        "0.3, 0.29999999999999999",
        "NaN, nan",
        "Infinity, inf",
        "-Infinity, -inf"
    })
    void givenNumber_whenWritten_thenItIsAsCPrintsIt(double number, String text) {
        assertThat(new String(DoubleText.of(number), ISO_8859_1)).isEqualTo(text);
    }

    @Test
    void givenRandomNumbers_whenWritten_thenTheyHaveTheSeventeenDigitsOfTheExactValue() {
        var random = new SplittableRandom(7);
        for (int i = 0; i < NUMBERS; i++) {
            double number =
                    switch (i % 4) {
                        case 0 -> Double.longBitsToDouble(random.nextLong());
                        case 1 -> random.nextInt(1_000_000) / 1000.0;
                        case 2 -> Math.pow(10, random.nextInt(24) - 6) * random.nextDouble();
                        default -> random.nextLong() / 1024.0;
                    };
            if (Double.isFinite(number) && number != 0) {
                assertThat(new String(DoubleText.of(number), ISO_8859_1))
                        .isEqualTo(reference(number));
            }
        }
    }

    private static String reference(double number) {
        var rounded =
                new BigDecimal(number)
                        .round(new MathContext(17, RoundingMode.HALF_EVEN))
                        .stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < 17) {
            return rounded.toPlainString();
        }
        String digits = rounded.unscaledValue().abs().toString();
        return (number < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + "e%+03d".formatted(exponent);
    }
}
