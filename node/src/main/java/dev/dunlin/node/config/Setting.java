// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

/// One directive of redis.conf: its name, type, default, and whether CONFIG SET may change it.
///
/// @param <T> what the value is, with its unit in the setting's documentation
/// @param name as an operator types it
/// @param type reads and prints values
/// @param mutable whether CONFIG SET may change it while the node runs
public record Setting<T>(String name, SettingType<T> type, T defaultValue, boolean mutable) {}
