// SPDX-License-Identifier: Apache-2.0
/// RDB files and DUMP payloads: read versions 1 to 12, write version 10.
///
/// [dev.dunlin.node.persistence.rdb.RdbReader] pulls records from a source that may block, so it belongs on a thread of its
/// own. [dev.dunlin.node.persistence.rdb.LoadBatches] makes batches of what it yields, to be handed to the node's loop.
/// [dev.dunlin.node.persistence.rdb.RdbWriter] never blocks and is made for the loop: it fills buffers that others write out.
@NullMarked
package dev.dunlin.node.persistence.rdb;

import org.jspecify.annotations.NullMarked;
