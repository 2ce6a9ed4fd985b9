// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.offheap.Memory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All commands of a node, found by name without allocating.
///
/// A name of up to 8 bytes is one 64-bit word in lower case; an open-addressing table of such words finds it with one multiplication.
/// Longer names are looked up by their first 8 bytes and then compared.
///
/// Thread: owned by the node's loop.
public final class CommandTable {
    private static final int SLOTS = 2048;
    private static final int NAME_BYTES_MAX = 64;
    private static final long UPPER_TO_LOWER = 0x2020_2020_2020_2020L;
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private final long[] words = new long[SLOTS];
    private final @Nullable Command[] rows = new Command[SLOTS];
    private final Map<String, Command> byName = new TreeMap<>();

    public CommandTable(List<List<Command>> families) {
        for (List<Command> family : families) {
            for (Command command : family) {
                if (byName.put(command.name(), command) != null) {
                    throw new IllegalStateException("two commands named " + command.name());
                }
                insert(command);
            }
        }
    }

    /// {@return the command that an argument names, in any case; null when there is none}
    public @Nullable Command find(long address, int bytes) {
        if (bytes == 0 || bytes > NAME_BYTES_MAX) {
            return null;
        }
        long word = word(address, bytes);
        int slot = slotOf(word, bytes);
        while (true) {
            Command command = rows[slot];
            if (command == null) {
                return null;
            }
            if (words[slot] == word && nameEquals(command.name(), address, bytes)) {
                return command;
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
    }

    /// {@return the command of this name in lower case; `container|subcommand` finds a subcommand}
    public @Nullable Command find(String name) {
        int bar = name.indexOf('|');
        Command command = byName.get(bar < 0 ? name : name.substring(0, bar));
        if (bar < 0 || command == null) {
            return command;
        }
        return command.subcommands().stream()
                .filter(sub -> sub.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /// {@return all commands by name, subcommands inside their containers}
    public Collection<Command> all() {
        return byName.values();
    }

    /// {@return all commands and subcommands}
    public List<Command> allRows() {
        List<Command> all = new ArrayList<>();
        for (Command command : byName.values()) {
            all.add(command);
            all.addAll(command.subcommands());
        }
        return all;
    }

    private void insert(Command command) {
        byte[] name = command.name().getBytes(UTF_8);
        long word = 0;
        for (int i = Math.min(8, name.length) - 1; i >= 0; i--) {
            word = (word << 8) | (name[i] & 0xFF);
        }
        word |= maskOf(name.length) & UPPER_TO_LOWER;
        int slot = slotOf(word, name.length);
        while (rows[slot] != null) {
            slot = (slot + 1) & (SLOTS - 1);
        }
        rows[slot] = command;
        words[slot] = word;
    }

    /// {@return the first 8 bytes in lower case; bytes that are no letters may change too, which the comparison of names sorts out}
    private static long word(long address, int bytes) {
        if (bytes >= 8) {
            return Memory.getLong(address) | UPPER_TO_LOWER;
        }
        long word = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            word = (word << 8) | (Memory.getByte(address + i) & 0xFF);
        }
        return word | (maskOf(bytes) & UPPER_TO_LOWER);
    }

    private static long maskOf(int bytes) {
        return bytes >= 8 ? -1 : (1L << (bytes * 8)) - 1;
    }

    private static int slotOf(long word, int bytes) {
        return (int) (((word + bytes) * MIX) >>> 53);
    }

    private static boolean nameEquals(String name, long address, int bytes) {
        if (name.length() != bytes) {
            return false;
        }
        for (int i = 0; i < bytes; i++) {
            int c = Memory.getByte(address + i);
            if (c >= 'A' && c <= 'Z') {
                c += 'a' - 'A';
            }
            if (c != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
