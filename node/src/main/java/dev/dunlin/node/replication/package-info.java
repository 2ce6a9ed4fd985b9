// SPDX-License-Identifier: Apache-2.0
/// Replication as Redis speaks it, in both directions: one log, its readers, and the two ends of PSYNC.
///
/// ```
///   command handlers                    primary                                     sub-replicas
///        | effects                         | RDB, stream                                 ^
///        v                                 v                                             |
///   ReplicationLog <--- appendApplied -- ReplicaLink                                     |
///        |   (only one of the two writes: effects as a primary, applied bytes as a replica)
///        +--- LogReader --- PrimaryFeed ----------------------------------------------- -+
///        +--- LogReader --- append-only file, slot migrations
/// ```
///
/// Rules without I/O, in the order a link meets them: [PsyncHandshake] (replica), [PsyncDecision] (primary),
/// [ReplicationHistory] (what both may claim), [RdbTransferParser], [ReplicaStreamParser], [ReplicaAcks] and [AckWaits],
/// [ReplicationCron] (what is due when). I/O around them: [ReplicaLink] and [PrimaryFeed]. [Replication] wires them
/// and is what the rest of the node talks to; [ReplicationHost] is what they need from it.
///
/// **A full sync, and why no write is lost or doubled.** In one turn of the loop, with no command half done:
///
/// 1. what was written is published, and as a primary the stream's database is forgotten, so that the first write
///    after the cut begins with SELECT;
/// 2. the cut is named: history, `offset`, database of the stream;
/// 3. the host opens a [SnapshotSource], which fixes the data: from here on each entry goes to the snapshot before it is
///    changed for the first time;
/// 4. the replica is told `+FULLRESYNC id offset`, and a [LogReader] is opened for it at `offset`.
///
/// Then slices of the source go out, each in a turn of its own, while commands run in between and the log grows. The reader
/// pins what came after the cut, up to `client-output-buffer-limit replica`; no copy is made per replica, and the bytes are
/// the same memory that serves the backlog and the other replicas. When the data set is out, the reader is drained and the
/// replica is online. If the end of the data set was marked, one thing comes between: not a byte may follow before the
/// replica's first ACK, because real replicas look for the mark only at the end of what they have read.
///
/// A replica that cannot use a marked end gets a length, so the data set goes through a temporary file first
/// ([SnapshotSpool]); the cut and the reader are the same.
///
/// On the replica's side the data set also goes to a file, and is loaded only when it is complete; until then the old data
/// and the old history stand, and a broken transfer costs nothing. Loading replaces both at once.
///
/// Threads: everything on the node's loop; files and name resolution on the host's background executor.
package dev.dunlin.node.replication;
