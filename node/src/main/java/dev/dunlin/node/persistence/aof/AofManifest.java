// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which files make up the append-only file, and in which order: the manifest of Redis 7.
///
/// A value; changes make another one. [ManifestText] reads and writes it.
///
/// Invariant: sequence numbers of `increments` rise; each list's names differ.
///
/// @param base the data set that the increments build upon, or null
/// @param history files that do not count any more and are to be deleted
/// @param increments the commands since, oldest first
public record AofManifest(@Nullable AofFile base, List<AofFile> history, List<AofFile> increments) {
    /// One file.
    ///
    /// @param name within the directory
    /// @param sequence from 1 on, counted apart for bases and increments
    public record AofFile(String name, long sequence) {}

    /// No file at all.
    public static final AofManifest EMPTY = new AofManifest(null, List.of(), List.of());

    public AofManifest {
        history = List.copyOf(history);
        increments = List.copyOf(increments);
    }

    /// {@return the files to load, in order}
    public List<AofFile> toLoad() {
        List<AofFile> files = new ArrayList<>();
        if (base != null) {
            files.add(base);
        }
        files.addAll(increments);
        return files;
    }

    /// {@return the increment that is being written, or null when there is none}
    public @Nullable AofFile lastIncrement() {
        return increments.isEmpty() ? null : increments.getLast();
    }

    /// {@return the file that the next increment is}
    ///
    /// @param prefix `appendfilename`
    public AofFile nextIncrement(String prefix) {
        long sequence = increments.isEmpty() ? 1 : increments.getLast().sequence() + 1;
        return new AofFile(prefix + "." + sequence + ".incr.aof", sequence);
    }

    /// {@return the file that the next base is}
    ///
    /// @param rdb whether it is an RDB file, not commands
    public AofFile nextBase(String prefix, boolean rdb) {
        long sequence = base == null ? 1 : base.sequence() + 1;
        return new AofFile(prefix + "." + sequence + ".base." + (rdb ? "rdb" : "aof"), sequence);
    }

    /// {@return with one more increment, which is written from now on}
    public AofManifest withIncrement(AofFile increment) {
        List<AofFile> more = new ArrayList<>(increments);
        more.add(increment);
        return new AofManifest(base, history, more);
    }

    /// {@return with a new base that stands for all but the last `keep` increments; what it stands for becomes history}
    public AofManifest withBase(AofFile newBase, int keep) {
        List<AofFile> old = new ArrayList<>();
        if (base != null) {
            old.add(base);
        }
        int cut = Math.max(0, increments.size() - keep);
        // As Redis orders them: what became history last comes first.
        old.addAll(increments.subList(0, cut).reversed());
        old.addAll(history);
        return new AofManifest(newBase, old, increments.subList(cut, increments.size()));
    }

    /// {@return without the files that do not count any more}
    public AofManifest withoutHistory() {
        return new AofManifest(base, List.of(), increments);
    }
}
