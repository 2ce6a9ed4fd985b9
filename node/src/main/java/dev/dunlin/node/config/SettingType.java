// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import java.util.List;

/// How values of a [Setting] are read from a configuration line, printed by CONFIG GET, and written by CONFIG REWRITE.
///
/// @param <T> the type of the value
public interface SettingType<T> {
    /// A line that CONFIG REWRITE writes.
    ///
    /// @param forced whether it is added to a file that has no line of this directive; else it only replaces one
    record FileLine(String text, boolean forced) {}

    /// {@return the value that the words after the directive's name say}
    ///
    /// @throws IllegalArgumentException with the part of the error text that says what is wrong
    T parse(List<String> words);

    /// {@return the value as CONFIG GET prints it}
    String format(T value);

    /// {@return the value after a line that may say only a part of it}
    ///
    /// @param again whether an earlier line of the same file was about this directive
    /// @throws IllegalArgumentException as [#parse]
    default T parseOnto(T before, List<String> words, boolean again) {
        return parse(words);
    }

    /// {@return whether CONFIG SET splits the value into words}
    default boolean splitsWords() {
        return false;
    }

    /// {@return the lines that say this value}
    default List<FileLine> lines(String name, T value, T defaultValue) {
        return List.of(new FileLine(name + " " + format(value), !value.equals(defaultValue)));
    }
}
