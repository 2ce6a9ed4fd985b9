// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

/// One word of a request as it is sent over and over: fixed, or with digits that change each time.
sealed interface Word {
    /// Always the same.
    record Text(String text) implements Word {}

    /// A value of the workload's length.
    enum Value implements Word {
        VALUE
    }

    /// A prefix and the next number in twelve digits, or its last eight.
    ///
    /// @param range numbers are taken modulo this; 0 for all
    record Digits(String prefix, int digits, long range) implements Word {}

    /// A prefix and a tenth of the next number in twelve digits; its last digit goes to the [LastDigit] that follows.
    record TenthOfNumber(String prefix) implements Word {}

    /// A prefix and the last digit of the number before.
    record LastDigit(String prefix) implements Word {}

    static Word text(String text) {
        return new Text(text);
    }

    static Word number(String prefix) {
        return new Digits(prefix, 12, 0);
    }

    static Word number(String prefix, long range) {
        return new Digits(prefix, 12, range);
    }

    /// A number of nine digits that does not begin with 0.
    static Word offset() {
        return new Digits("1", 8, 0);
    }
}
