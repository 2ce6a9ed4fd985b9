// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import java.util.List;

/// How values of a [Setting] are read from a configuration line and printed by CONFIG GET.
///
/// @param <T> the type of the value
public interface SettingType<T> {
    /// {@return the value that the words after the directive's name say}
    ///
    /// @throws IllegalArgumentException with the part of the error text that says what is wrong
    T parse(List<String> words);

    /// {@return the value as CONFIG GET prints it}
    String format(T value);
}
