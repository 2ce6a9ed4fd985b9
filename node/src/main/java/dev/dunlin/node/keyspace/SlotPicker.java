// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import java.util.random.RandomGenerator;

/// Draws slots, each as often as it has keys.
///
/// It looks up how many keys each slot has, and draws by that for as many times as there are slots before it looks again: on average a
/// draw costs a look at one slot. What has changed meanwhile makes it a bit wrong, which sampling can live with.
///
/// Thread: owned by the node's loop.
final class SlotPicker {
    /// Keys in all slots up to and including this one.
    private int[] upTo = {};

    private int drawsLeft;

    /// {@return a slot, which may have lost its keys meanwhile}
    int pick(Database database, RandomGenerator random) {
        if (drawsLeft-- <= 0) {
            look(database);
        }
        int all = upTo[upTo.length - 1];
        return all == 0 ? 0 : firstAbove(random.nextInt(all));
    }

    private void look(Database database) {
        if (upTo.length != database.slots()) {
            upTo = new int[database.slots()];
        }
        int sum = 0;
        for (int slot = 0; slot < upTo.length; slot++) {
            sum += database.slotSize(slot);
            upTo[slot] = sum;
        }
        // Of a small database the numbers change fast.
        drawsLeft = Math.min(upTo.length, sum);
    }

    private int firstAbove(int drawn) {
        int low = 0;
        int high = upTo.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (upTo[middle] > drawn) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
