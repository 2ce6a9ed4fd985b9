// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.resp.Decimal;

/// A member of a set, or what may become one: a text in native memory, or an integer.
///
/// A flyweight: set it, use it, set it again. Whatever follows from a member (its text, its integer, its hash) is worked out when it is asked
/// for, and once, because a member of one set is looked for in many others.
///
/// Thread: owned by the node's loop.
public final class SetMember {
    /// Room for the text of an integer.
    static final int DIGITS_BYTES = 24;

    private final HashIndex index;
    private final long digits;

    /// 0 while only the integer is known.
    private long address;

    private int bytes;
    private boolean examined;
    private boolean integer;
    private long value;
    private boolean hashed;
    private long hash;

    /// Where its set has it, for [SetValue#show].
    private int place;

    /// @param digits [#DIGITS_BYTES] bytes of native memory, of nobody else
    SetMember(HashIndex index, long digits) {
        this.index = index;
        this.digits = digits;
    }

    /// Refers to a text in native memory, which must stay in place as long as this is used.
    public SetMember ofText(long textAddress, int textBytes) {
        address = textAddress;
        bytes = textBytes;
        examined = false;
        hashed = false;
        return this;
    }

    SetMember at(int placeInSet) {
        place = placeInSet;
        return this;
    }

    /// Stands for the decimal text of an integer.
    public SetMember ofInteger(long number) {
        address = 0;
        examined = true;
        integer = true;
        value = number;
        hashed = false;
        return this;
    }

    /// {@return whether the text is that of a 64-bit integer}
    public boolean isInteger() {
        if (!examined) {
            examined = true;
            integer = Decimal.isLong(address, bytes);
            if (integer) {
                value = Decimal.parseLong(address, bytes);
            }
        }
        return integer;
    }

    /// {@return whether only its integer is known, and no text of it exists yet}
    public boolean isNumber() {
        return address == 0;
    }

    /// {@return the integer, when [#isInteger]}
    public long integer() {
        return value;
    }

    /// {@return the address of the text}
    public long address() {
        if (address == 0) {
            bytes = (int) (Decimal.write(digits, value) - digits);
            address = digits;
        }
        return address;
    }

    /// {@return the size of the text}
    public int bytes() {
        return address == 0 ? Decimal.length(value) : bytes;
    }

    /// {@return where its set has it, while the set does not change; only for a member that a set has shown}
    public int place() {
        return place;
    }

    long hash() {
        if (!hashed) {
            hashed = true;
            hash = index.hash(address(), bytes());
        }
        return hash;
    }

    /// Makes a listpack's element of it.
    ListpackElement to(ListpackElement target) {
        return isInteger() ? target.ofInteger(value) : target.ofMemory(address, bytes);
    }
}
