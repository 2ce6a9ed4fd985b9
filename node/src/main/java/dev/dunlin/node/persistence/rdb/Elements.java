// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;

/// The elements of a collection in the order of the file, whichever way they are packed. Begins before the first.
interface Elements {
    /// What [#count] says when it shows only at the end.
    long COUNT_UNKNOWN = -1;

    /// {@return how many elements there are altogether, or [#COUNT_UNKNOWN]}
    long count();

    /// Steps to the next element, reading it where it was not read yet.
    ///
    /// @return false behind the last
    boolean next() throws IOException;

    /// {@return the current element; an array that belongs to the caller}
    byte[] element();

    /// Reads over what is left.
    default void drain() throws IOException {
        while (next()) {
            // Reading is checking.
        }
    }
}
