// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

/// Whether a data set is being loaded, from whatever file, and how far it is: what INFO tells, and why clients hear `-LOADING`.
///
/// A node counts as loading from its first moment: clients may arrive before it has looked at its files, and must not find it empty, let
/// alone save it so.
///
/// Thread: owned by the node's loop.
final class LoadProgress {
    private boolean starting = true;
    private boolean loading;
    private long startMs;
    private long totalBytes;
    private long loadedBytes;
    private long usedMemoryThen;
    private long keysLoaded;
    private long keysExpired;

    /// A load begins.
    ///
    /// @param bytes of all files that will be read
    void begin(long bytes, long nowMs) {
        loading = true;
        startMs = nowMs;
        totalBytes = bytes;
        loadedBytes = 0;
        usedMemoryThen = 0;
        keysLoaded = 0;
        keysExpired = 0;
    }

    /// So many bytes of all are in place.
    void reached(long bytes) {
        loadedBytes = bytes;
    }

    /// The file says how much memory its writer used.
    void usedMemoryThen(long bytes) {
        usedMemoryThen = bytes;
    }

    /// {@return what the file says of its writer's memory, in bytes, 0 when it does not}
    long usedMemoryThen() {
        return usedMemoryThen;
    }

    /// @param loaded keys of a dump that were put in place
    /// @param expired keys that were not, because their time had passed
    void keys(long loaded, long expired) {
        keysLoaded = loaded;
        keysExpired = expired;
    }

    /// The load has ended, well or not.
    void end() {
        loading = false;
    }

    /// The data of the node's last life is in place, with its history, or there is none.
    void started() {
        starting = false;
    }

    boolean isLoading() {
        return starting || loading;
    }

    /// {@return Unix time in milliseconds}
    long startMs() {
        return startMs;
    }

    long totalBytes() {
        return totalBytes;
    }

    long loadedBytes() {
        return loadedBytes;
    }

    /// {@return keys of the last dump that were put in place}
    long keysLoaded() {
        return keysLoaded;
    }

    /// {@return keys of the last dump that were left out because their time had passed}
    long keysExpired() {
        return keysExpired;
    }
}
