// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.eviction;

import java.util.Locale;

/// `maxmemory-policy`: which keys may be evicted, and which of them goes first.
public enum EvictionPolicy {
    VOLATILE_LRU(true, Order.IDLE),
    VOLATILE_LFU(true, Order.FREQUENCY),
    VOLATILE_RANDOM(true, Order.RANDOM),
    VOLATILE_TTL(true, Order.EXPIRY),
    ALLKEYS_LRU(false, Order.IDLE),
    ALLKEYS_LFU(false, Order.FREQUENCY),
    ALLKEYS_RANDOM(false, Order.RANDOM),
    NOEVICTION(false, Order.NONE);

    /// Who goes first.
    public enum Order {
        /// Who was not accessed for the longest time.
        IDLE,
        /// Who is accessed most rarely.
        FREQUENCY,
        /// Who expires first.
        EXPIRY,
        /// Anybody.
        RANDOM,
        /// Nobody.
        NONE
    }

    private final boolean onlyExpiring;
    private final Order order;

    EvictionPolicy(boolean onlyExpiring, Order order) {
        this.onlyExpiring = onlyExpiring;
        this.order = order;
    }

    /// {@return the policy of this name}
    public static EvictionPolicy of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /// {@return whether only keys that expire are evicted}
    public boolean onlyExpiring() {
        return onlyExpiring;
    }

    public Order order() {
        return order;
    }
}
