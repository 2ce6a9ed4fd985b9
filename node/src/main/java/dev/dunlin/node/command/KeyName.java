// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.Arrays;

/// A key of a database by name, whether or not it is there.
// Whoever makes one hands the array over.
@SuppressWarnings("ArrayRecordComponent")
record KeyName(int database, byte[] name) {
    @Override
    public boolean equals(Object other) {
        return other instanceof KeyName(int otherDatabase, byte[] otherName)
                && database == otherDatabase
                && Arrays.equals(name, otherName);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(name) * 31 + database;
    }
}
