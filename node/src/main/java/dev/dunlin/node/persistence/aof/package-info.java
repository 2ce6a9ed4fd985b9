// SPDX-License-Identifier: Apache-2.0
/// The append-only file of Redis 7: a directory with a manifest, a base, and increments.
///
/// ```
/// appendonlydir/appendonly.aof.manifest       which files count, in which order
///               appendonly.aof.2.base.rdb     the data set at some moment
///               appendonly.aof.3.incr.aof     all writes since
/// ```
///
/// Rules without I/O: [dev.dunlin.node.persistence.aof.AofManifest], [dev.dunlin.node.persistence.aof.RewriteRules],
/// [dev.dunlin.node.persistence.aof.AofReader]. The files: [dev.dunlin.node.persistence.aof.AofFiles] and
/// [dev.dunlin.node.persistence.aof.AofAppender], plain code over a [dev.dunlin.node.persistence.aof.Disk], which tests fill up, break and
/// cut the power of. The thread: [dev.dunlin.node.persistence.aof.AofWriter]. What the node's loop talks to:
/// [dev.dunlin.node.persistence.aof.AofFeed].
@NullMarked
package dev.dunlin.node.persistence.aof;

import org.jspecify.annotations.NullMarked;
