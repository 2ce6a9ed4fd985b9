// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.Decimal;
import dev.dunlin.node.resp.Requests;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.Texts;

/// The arguments of the command that runs now, its name at 0: where each lies in native memory.
///
/// Valid only while the handler runs; what outlives it must be copied.
///
/// Thread: owned by the node's loop.
public final class Args implements Requests.Binder, Texts {
    private final HashIndex index;
    private final boolean slotted;

    private long[] addresses = new long[0];
    private int[] lengths = new int[0];
    private int offset;
    private int count;

    /// The argument whose hash and slot are known, or -1.
    private int knownKey = -1;

    private long knownHash;
    private int knownSlot;

    /// @param slotted whether keys belong to one of 16,384 slots, or all to slot 0
    public Args(HashIndex index, boolean slotted) {
        this.index = index;
        this.slotted = slotted;
    }

    /// Looks at another command from now on; the arrays are not copied.
    @Override
    public void bind(long[] argumentAddresses, int[] argumentLengths, int first, int arguments) {
        addresses = argumentAddresses;
        lengths = argumentLengths;
        offset = first;
        count = arguments;
        knownKey = -1;
    }

    /// Looks at the same command as `other`, which may be bound to another one afterwards.
    void bind(Args other) {
        bind(other.addresses, other.lengths, other.offset, other.count);
    }

    /// Looks at the command that `other` holds from its argument `first` on.
    void bindFrom(Args other, int first) {
        bind(other.addresses, other.lengths, other.offset + first, other.count - first);
    }

    /// Tells the hash and slot of an argument that were worked out before.
    public void know(int argument, long hash, int slot) {
        knownKey = argument;
        knownHash = hash;
        knownSlot = slot;
    }

    /// {@return number of arguments, the command's name included}
    public int count() {
        return count;
    }

    @Override
    public long address(int argument) {
        return addresses[offset + argument];
    }

    /// {@return length in bytes}
    @Override
    public int bytes(int argument) {
        return lengths[offset + argument];
    }

    /// {@return the hash of a key}
    public long hash(int argument) {
        return argument == knownKey ? knownHash : index.hash(address(argument), bytes(argument));
    }

    /// {@return the table that a key belongs to: its hash slot in cluster mode, else 0}
    public int slot(int argument) {
        return argument == knownKey ? knownSlot : slotOf(address(argument), bytes(argument));
    }

    /// {@return the table that a key belongs to}
    public int slotOf(long address, int bytes) {
        return slotted ? KeySlot.of(address, bytes) : 0;
    }

    /// {@return whether two arguments are the same bytes}
    public boolean same(int left, int right) {
        return bytes(left) == bytes(right)
                && Memory.equal(address(left), address(right), bytes(left));
    }

    /// {@return whether the argument is this word, in any case}
    ///
    /// @param lowerCase the word in lower case, ASCII
    public boolean is(int argument, String lowerCase) {
        int length = bytes(argument);
        if (length != lowerCase.length()) {
            return false;
        }
        long address = address(argument);
        for (int i = 0; i < length; i++) {
            int c = Memory.getByte(address + i);
            if (c >= 'A' && c <= 'Z') {
                c += 'a' - 'A';
            }
            if (c != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// {@return the argument as a 64-bit integer}
    ///
    /// @throws CommandException with the usual error when it is none
    public long longAt(int argument) {
        return longAt(argument, RespError.NOT_AN_INTEGER);
    }

    /// {@return the argument as a 64-bit integer}
    ///
    /// @throws CommandException with `error` when it is none
    public long longAt(int argument, RespError error) {
        long address = address(argument);
        int length = bytes(argument);
        if (!Decimal.isLong(address, length)) {
            throw new CommandException(error);
        }
        return Decimal.parseLong(address, length);
    }

    /// {@return the argument as an integer between two bounds, inclusive}
    ///
    /// @throws CommandException with `error` when it is none
    public int intAt(int argument, int min, int max, RespError error) {
        long value = longAt(argument, error);
        if (value < min || value > max) {
            throw new CommandException(error);
        }
        return (int) value;
    }

    /// {@return the argument as an integer of 32 bits}
    ///
    /// @throws CommandException with the usual error when it is none
    public int intAt(int argument) {
        long value = longAt(argument);
        if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
            throw new CommandException(RespError.outOfRange(Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
        return (int) value;
    }

    /// {@return a copy of the argument's bytes}
    public byte[] copy(int argument) {
        byte[] copy = new byte[bytes(argument)];
        Memory.copyOut(address(argument), copy, 0, copy.length);
        return copy;
    }

    /// {@return the argument as text}
    public String text(int argument) {
        return new String(copy(argument), UTF_8);
    }

    /// {@return copies of all arguments}
    public byte[][] copyAll() {
        byte[][] all = new byte[count][];
        for (int i = 0; i < count; i++) {
            all[i] = copy(i);
        }
        return all;
    }
}
