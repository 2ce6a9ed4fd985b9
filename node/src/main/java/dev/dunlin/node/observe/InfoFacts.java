// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What INFO tells, section by section; each method is only called when its section is asked for.
///
/// Thread: called on the node's loop.
public interface InfoFacts {
    Server server();

    Clients clients();

    Memory memory();

    Persistence persistence();

    Aof appendOnly();

    Stats stats();

    /// {@return the lines of the replication section, each with its line end}
    String replication();

    Cpu cpu();

    /// {@return the commands that were called or rejected}
    List<CommandCalls> commands();

    /// {@return the percentiles of each command's time that are shown}
    List<Double> latencyPercentiles();

    /// {@return how often each error was answered, by its first word}
    Map<String, Long> errors();

    boolean clusterEnabled();

    /// {@return the databases that hold keys}
    List<Keys> keyspace();

    /// @param transport what sockets are watched with: `io_uring`, `epoll` or `nio`
    /// @param runId 40 hexadecimal digits, different at each start
    /// @param executable absolute path of the program
    /// @param configFile absolute path, or empty
    record Server(
            boolean cluster,
            String os,
            int archBits,
            String transport,
            long processId,
            String runId,
            int port,
            long nowMs,
            long startMs,
            int hz,
            int configuredHz,
            int lruClock,
            String executable,
            String configFile) {}

    /// @param inputBytesMax the largest query buffer of any client
    /// @param outputBytesMax the most bytes that wait to be sent to any client
    record Clients(
            int connected,
            int clusterConnections,
            int max,
            long inputBytesMax,
            long outputBytesMax,
            int blocked) {}

    /// Bytes, if nothing else is said.
    ///
    /// @param used data, its index, the log and the clients' buffers
    /// @param resident the process's resident set, the JVM included
    /// @param overhead what of `used` is no data
    /// @param startup `used` when the node had started
    /// @param allocated live blocks of the data set, their rounding up included
    /// @param allocatorResident what the data set's allocator has taken from the system
    /// @param notCounted what of `used` does not count for `max`: what the log keeps for replicas that are behind
    /// @param pendingEntries entries that were dropped and are freed in the background
    /// @param freedEntries large values and tables that were freed in the background
    /// @param defragPercent of the processor that defragmenting may take now, 0 when it does not run
    record Memory(
            long used,
            long peak,
            long resident,
            long overhead,
            long startup,
            long allocated,
            long allocatorResident,
            long system,
            long max,
            String policy,
            long log,
            long replicaClients,
            long normalClients,
            long notCounted,
            long pendingEntries,
            long freedEntries,
            int defragPercent) {}

    /// @param loading null when no data set is being loaded
    record Persistence(Rdb rdb, @Nullable Loading loading) {}

    /// The append-only file; times in seconds, -1 for none.
    ///
    /// @param bytes of all its files
    /// @param baseBytes what they had when growth was last measured from
    /// @param waitingBytes that wait to be written
    /// @param syncing whether a sync is under way
    /// @param delayed how often writes had to wait for the disk for too long
    record Aof(
            boolean on,
            boolean rewriting,
            boolean scheduled,
            long lastRewriteSeconds,
            long currentRewriteSeconds,
            boolean lastRewriteOk,
            long rewrites,
            long failures,
            boolean lastWriteOk,
            long bytes,
            long baseBytes,
            long waitingBytes,
            boolean syncing,
            long delayed) {}

    /// Snapshots to a file; times in seconds, -1 for none.
    ///
    /// @param changes writes since the last good save
    /// @param lastSaveMs when that was, or the node's start, Unix time in milliseconds
    /// @param saving whether a save is under way
    /// @param keysTotal keys of the snapshot that is being made, else 0
    /// @param keysExpired keys that were left out by the last load because their time had passed
    record Rdb(
            long changes,
            long lastSaveMs,
            boolean saving,
            boolean lastOk,
            long lastSaveSeconds,
            long currentSaveSeconds,
            long saves,
            long keysProcessed,
            long keysTotal,
            long keysExpired,
            long keysLoaded) {}

    /// A load that is under way.
    ///
    /// @param startMs Unix time in milliseconds
    /// @param usedMemoryThen bytes of memory that the file's writer used, as the file says
    record Loading(
            long startMs, long nowMs, long totalBytes, long loadedBytes, long usedMemoryThen) {}

    record Stats(
            long connections,
            long commands,
            double commandsPerSecond,
            long bytesReceived,
            long bytesSent,
            long replicationBytesReceived,
            double receivedPerSecond,
            double sentPerSecond,
            long rejectedConnections,
            long fullSyncs,
            long partialSyncs,
            long expiredKeys,
            Eviction eviction,
            Defrag defrag,
            long hits,
            long misses,
            long errorReplies,
            long reads,
            long writes) {}

    /// @param exceededMs for how long more was in use than may be
    /// @param exceededNowMs for how long it is now
    record Eviction(long keys, long clients, long exceededMs, long exceededNowMs) {}

    /// @param hits blocks that were moved
    /// @param misses blocks that were looked at and stay
    /// @param keyHits keys of which something was moved
    /// @param keyMisses keys of which nothing was
    /// @param totalMs for how long it ran
    /// @param nowMs for how long it runs now
    record Defrag(long hits, long misses, long keyHits, long keyMisses, long totalMs, long nowMs) {}

    /// Seconds of processor time.
    record Cpu(double system, double user, double loopSystem, double loopUser) {}

    /// @param name as in COMMAND; subcommands are `container|subcommand`
    /// @param histogram how long calls took, or null when none was timed
    record CommandCalls(
            String name,
            long calls,
            long microseconds,
            long rejected,
            long failed,
            @Nullable LatencyHistogram histogram) {}

    record Keys(int database, long keys, long expiring, long averageTtlMs) {}
}
