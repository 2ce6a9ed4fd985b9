// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The function libraries that came with a data set, as source texts: kept, and written back into every file, so that they outlive a stay
/// on a node that does not run them.
///
/// Thread: owned by the node's loop.
public final class FunctionLibraries {
    private static final String NAME = "name=";

    private final Map<String, byte[]> byName = new LinkedHashMap<>();

    /// Adds a library.
    ///
    /// @param source text that begins with `#!<engine> name=<name>`; handed over
    /// @return whether there was none of its name
    public boolean add(byte[] source) {
        return byName.putIfAbsent(name(source), source) == null;
    }

    /// Adds a library, or replaces the one of its name.
    public void put(byte[] source) {
        byName.put(name(source), source);
    }

    /// Removes the library of this name, if there is one.
    public void remove(String name) {
        byName.remove(name);
    }

    public int size() {
        return byName.size();
    }

    public void clear() {
        byName.clear();
    }

    /// {@return all source texts; they must not be changed}
    public List<byte[]> sources() {
        return new ArrayList<>(byName.values());
    }

    /// {@return the name in the first line, or that line when it has none}
    private static String name(byte[] source) {
        String text = new String(source, ISO_8859_1);
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        for (String word : line.split("[ \t\r]+", -1)) {
            if (word.startsWith(NAME)) {
                return word.substring(NAME.length());
            }
        }
        return line;
    }
}
