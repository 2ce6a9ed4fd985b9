// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Commands of a file, complete and whole transactions only, as ranges of the bytes they came in.
///
/// Walk through it with [#nextCommand] and [#argumentCount], [#address] and [#length]; MULTI and EXEC themselves are left out.
///
/// Thread: filled by the one that reads, then handed over; whoever has it releases it.
public final class CommandBlock {
    private static final int WORDS_INITIAL = 4096;

    final ByteBuf bytes;

    /// Of each command: the number of its arguments, then index and length of each.
    private int[] words = new int[WORDS_INITIAL];

    private int used;

    /// Behind the last command that belongs to the block.
    private int sealed;

    private int commands;
    private int sealedCommands;
    private long endOffset;

    private int at;
    private int next;

    CommandBlock(ByteBuf bytes) {
        this.bytes = bytes;
    }

    // ---- Filling ----

    void add(int word) {
        if (used == words.length) {
            words = Arrays.copyOf(words, 2 * used);
        }
        words[used++] = word;
    }

    int mark() {
        return used;
    }

    /// Drops what was added since a mark: the command is not complete, or none.
    void rewind(int mark) {
        used = mark;
    }

    void commandEnds() {
        commands++;
    }

    /// All commands so far belong to the block, whatever follows.
    void seal(long fileOffset) {
        sealed = used;
        sealedCommands = commands;
        endOffset = fileOffset;
    }

    /// {@return the index in `words` of the first argument of the command that begins at a mark}
    int word(int index) {
        return words[index];
    }

    // ---- Reading ----

    /// {@return how many commands there are}
    public int commands() {
        return sealedCommands;
    }

    /// {@return bytes of the file up to the end of the block}
    public long endOffset() {
        return endOffset;
    }

    /// Goes to the next command, at first to the first.
    ///
    /// @return false when there is none
    public boolean nextCommand() {
        if (next >= sealed) {
            return false;
        }
        at = next;
        next = at + 1 + 2 * words[at];
        return true;
    }

    /// {@return arguments of the current command, its name included}
    public int argumentCount() {
        return words[at];
    }

    /// {@return where an argument lies in native memory}
    public long address(int argument) {
        return bytes.memoryAddress() + words[at + 1 + 2 * argument];
    }

    /// {@return its length in bytes}
    public int length(int argument) {
        return words[at + 2 + 2 * argument];
    }

    /// {@return a copy of an argument}
    public byte[] copy(int argument) {
        byte[] copy = new byte[length(argument)];
        bytes.getBytes(words[at + 1 + 2 * argument], copy);
        return copy;
    }

    public void release() {
        bytes.release();
    }
}
