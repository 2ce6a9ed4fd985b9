// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

/// Numbered texts in native memory, such as the arguments of a command.
public interface Texts {
    /// {@return where a text is}
    long address(int number);

    /// {@return the length of a text}
    int bytes(int number);
}
