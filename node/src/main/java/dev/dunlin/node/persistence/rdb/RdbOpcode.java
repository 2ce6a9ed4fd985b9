// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

/// What a record of an RDB file starts with, unless it is the type of a value ([RdbType]).
final class RdbOpcode {
    /// How many keys a slot has, by nodes of clusters since Redis 7.4.
    static final int SLOT_INFO = 0xf4;

    /// Source text of a function library as the release candidates of Redis 7.0 wrote it.
    static final int FUNCTION_PRE_GA = 0xf6;

    static final int FUNCTION = 0xf5;
    static final int MODULE_AUX = 0xf7;

    /// Seconds since the last access, of the key that follows.
    static final int IDLE = 0xf8;

    /// Access frequency counter of the key that follows, one byte.
    static final int FREQUENCY = 0xf9;

    static final int AUX = 0xfa;

    /// How many keys, and how many of them with an expiry, the database has: a hint.
    static final int RESIZE_DB = 0xfb;

    /// Expiry of the key that follows: 8 bytes, Unix time in milliseconds.
    static final int EXPIRE_AT_MS = 0xfc;

    /// Expiry of the key that follows: 4 bytes, Unix time in seconds.
    static final int EXPIRE_AT_SECONDS = 0xfd;

    static final int SELECT_DB = 0xfe;
    static final int EOF = 0xff;

    private RdbOpcode() {}
}
