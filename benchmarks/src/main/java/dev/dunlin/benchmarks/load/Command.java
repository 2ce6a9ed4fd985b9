// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

/// A command that the generator can send, and what a right answer looks like.
///
/// Every key is 16 bytes: a prefix of four and the key's number in twelve digits. Commands that would trip over each other's types
/// have prefixes of their own.
public enum Command {
    /// `PING`: no key, the price of the way alone.
    PING(0, '+'),
    /// `SET key value`.
    SET(1, '+'),
    /// `GET key`; a missing key is a failure, because the keys are loaded first.
    GET(1, '$'),
    /// `INCR key`.
    INCR(1, ':'),
    /// `MSET` of ten keys.
    MSET(10, '+'),
    /// `HSET key field value`: ten fields to a hash, so key and field share the number's digits.
    HSET(1, ':');

    private final int keys;
    private final char replyType;

    Command(int keys, char replyType) {
        this.keys = keys;
        this.replyType = replyType;
    }

    /// {@return how many key numbers one request takes}
    int keys() {
        return keys;
    }

    /// {@return the first byte of a right reply}
    byte replyType() {
        return (byte) replyType;
    }

    /// {@return the command that fills the keyspace which this one works on}
    public Command loader() {
        return switch (this) {
            case PING, SET, GET, MSET -> SET;
            case INCR -> INCR;
            case HSET -> HSET;
        };
    }
}
