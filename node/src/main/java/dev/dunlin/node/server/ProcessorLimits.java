// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.config.BufferLimits;

/// Settings that bound what a client may send; read at each batch, because CONFIG SET can change them.
///
/// Thread: called on the node's loop.
interface ProcessorLimits {
    /// {@return longest argument in bytes (`proto-max-bulk-len`)}
    long bulkBytesMax();

    /// {@return longest incomplete request in bytes (`client-query-buffer-limit`)}
    long queryBufferBytesMax();

    /// {@return how much may wait to be sent to a client (`client-output-buffer-limit normal`)}
    BufferLimits.Limit outputBuffer();

    /// {@return whether a new client must authenticate first}
    boolean requiresAuthentication();
}
