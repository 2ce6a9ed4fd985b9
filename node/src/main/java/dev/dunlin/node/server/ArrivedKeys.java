// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.CommandContext;
import dev.dunlin.node.command.KeySlot;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.offheap.Allocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;

/// What happens here to keys that have arrived at another node.
///
/// Thread: owned by the node's loop.
final class ArrivedKeys implements KeyMigrator.Arrivals {
    private final Keyspace keyspace;
    private final CommandContext context;
    private final LogWriter log;
    private final Runnable endOfTurn;
    private final Runnable retryHeld;

    /// @param endOfTurn what was logged may go out
    /// @param retryHeld clients that wait may be tried again
    ArrivedKeys(
            Keyspace keyspace,
            CommandContext context,
            LogWriter log,
            Runnable endOfTurn,
            Runnable retryHeld) {
        this.keyspace = keyspace;
        this.context = context;
        this.log = log;
        this.endOfTurn = endOfTurn;
        this.retryHeld = retryHeld;
    }

    @Override
    public void delete(int database, List<byte[]> keys) {
        for (byte[] key : keys) {
            delete(keyspace.database(database), key);
        }
        if (log.isActive()) {
            log.append(database, KeyMigrator.deletion(keys));
            endOfTurn.run();
        }
    }

    private void delete(Database database, byte[] key) {
        ByteBuf name = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(1, key.length));
        name.writeBytes(key);
        long address = name.memoryAddress();
        int slot = database.slots() == 1 ? 0 : KeySlot.of(address, key.length);
        long hash = keyspace.hash(address, key.length);
        int ref = database.find(slot, address, key.length, hash);
        if (ref != Allocator.NULL) {
            database.delete(slot, ref, hash);
            context.watches().changed(database.number(), key, false);
        }
        name.release();
    }

    @Override
    public void settled() {
        retryHeld.run();
    }
}
