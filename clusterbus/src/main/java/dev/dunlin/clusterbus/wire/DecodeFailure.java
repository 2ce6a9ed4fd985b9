// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// Why bytes from a peer are not a message. Each reason is counted apart, so that an operator can tell noise from a bug.
public enum DecodeFailure {
    /// The first four bytes are not `RCmb`: this is no bus peer.
    BAD_SIGNATURE(true),

    /// The announced length has no room for the header.
    TOO_SHORT(true),

    /// The announced length exceeds what we accept for this type.
    TOO_LONG(true),

    /// A version other than 1.
    WRONG_VERSION(false),

    /// The parts of the message do not add up to the announced length.
    WRONG_LENGTH(false),

    /// A light header on a type that must not have one.
    BAD_LIGHT_TYPE(false),

    /// An id that is not forty characters out of `0-9a-z`.
    BAD_ID(false),

    /// An epoch or offset beyond 2^63.
    BAD_NUMBER(false),

    /// An address field with bytes that no address has.
    BAD_ADDRESS(false),

    /// Extensions that are not framed as they announce.
    BAD_EXTENSION(false);

    private final boolean closesLink;

    DecodeFailure(boolean closesLink) {
        this.closesLink = closesLink;
    }

    /// {@return whether the stream cannot be trusted any more; otherwise only this message is skipped}
    public boolean closesLink() {
        return closesLink;
    }
}
