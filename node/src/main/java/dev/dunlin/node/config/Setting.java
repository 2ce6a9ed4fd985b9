// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import org.jspecify.annotations.Nullable;

/// One directive of redis.conf: its name, type, default, and who may change it while the node runs.
///
/// @param <T> what the value is, with its unit in the setting's documentation
/// @param name as an operator types it
/// @param alias an older name that means the same, or null
/// @param type reads and prints values
public record Setting<T>(
        String name,
        @Nullable String alias,
        SettingType<T> type,
        T defaultValue,
        Mutability mutability) {
    /// Who may change a setting while the node runs.
    public enum Mutability {
        /// CONFIG SET changes it.
        MUTABLE,
        /// Only before the node starts.
        FIXED,
        /// CONFIG SET changes it when `enable-protected-configs` allows that.
        PROTECTED
    }

    /// {@return whether the name is one of this setting's}
    public boolean hasName(String any) {
        return any.equals(name) || any.equals(alias);
    }

    /// Each directive is one object, so identity is equality; the name's hash is kept by the name.
    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public String toString() {
        return name;
    }
}
