// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

/// How much a file may ask of its reader.
///
/// @param stringBytesMax the longest key, string, field, member or blob, in bytes
/// @param databases database numbers must be below this
/// @param checksum whether the checksum at the end of a file is verified (`rdbchecksum`)
public record RdbLimits(int stringBytesMax, int databases, boolean checksum) {
    /// Nothing can be longer: the most an array can hold on every JVM.
    public static final int STRING_BYTES_MAX = Integer.MAX_VALUE - 64;

    /// Redis's own: strings of up to 512 MiB, 16 databases, checksum on.
    public static final RdbLimits DEFAULT = new RdbLimits(512 << 20, 16, true);

    public RdbLimits {
        if (stringBytesMax < 0 || stringBytesMax > STRING_BYTES_MAX) {
            throw new IllegalArgumentException("stringBytesMax " + stringBytesMax);
        }
        if (databases < 1) {
            throw new IllegalArgumentException("databases " + databases);
        }
    }
}
