// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.eviction;

import dev.dunlin.node.command.KeySlot;
import dev.dunlin.node.keyspace.AccessStamp;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import java.util.random.RandomGenerator;

/// Finds the key that a policy would evict next, by looking at some keys of each database.
///
/// After [#find] it shows the key; the caller removes it before it asks for another.
///
/// Thread: owned by the node's loop.
public final class Victims {
    /// Handfuls that are looked at in search of somebody who is still there.
    private static final int TRIES = 64;

    private final Keyspace keyspace;
    private final Allocator allocator;
    private final AccessStamp stamps;
    private final RandomGenerator random;
    private final EvictionPool pool = new EvictionPool();

    private EvictionPolicy policy = EvictionPolicy.NOEVICTION;
    private int[] sampled = new int[5];
    private int nextDatabase;

    // The victim.
    private int database;
    private int slot;
    private int ref;
    private long hash;

    public Victims(Keyspace keyspace, RandomGenerator random) {
        this.keyspace = keyspace;
        this.allocator = keyspace.allocator();
        this.stamps = keyspace.access();
        this.random = random;
    }

    /// @param samples keys of each database that are looked at for one victim (`maxmemory-samples`)
    public void configure(EvictionPolicy newPolicy, int samples) {
        if (policy != newPolicy) {
            policy = newPolicy;
            // Scores of different policies say nothing to each other.
            pool.clear();
        }
        if (sampled.length != samples) {
            sampled = new int[samples];
        }
    }

    /// {@return whether there is a key to evict}
    public boolean find() {
        return switch (policy.order()) {
            case NONE -> false;
            case RANDOM -> findAny();
            case IDLE, FREQUENCY, EXPIRY -> findBest();
        };
    }

    public Database database() {
        return keyspace.database(database);
    }

    public int slot() {
        return slot;
    }

    public int ref() {
        return ref;
    }

    /// {@return the hash of the victim's key}
    public long hash() {
        return hash;
    }

    /// Each database in turn, so that a small one does not have to give all.
    private boolean findAny() {
        for (int i = 0; i < keyspace.databases(); i++) {
            Database at = keyspace.database(nextDatabase);
            nextDatabase = (nextDatabase + 1) % keyspace.databases();
            for (int tries = 0; tries < TRIES && candidates(at) > 0; tries++) {
                int count = sample(at, 1);
                if (count > 0 && show(at, sampled[0])) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean findBest() {
        for (int tries = 0; tries < TRIES; tries++) {
            boolean any = false;
            for (int i = 0; i < keyspace.databases(); i++) {
                Database at = keyspace.database(i);
                if (candidates(at) > 0) {
                    any = true;
                    offer(at);
                }
            }
            if (!any) {
                return false;
            }
            if (takeBest()) {
                return true;
            }
        }
        return findAny();
    }

    private int candidates(Database at) {
        return policy.onlyExpiring() ? at.expiringCount() : at.size();
    }

    private int sample(Database at, int wanted) {
        if (!policy.onlyExpiring()) {
            return at.sample(random, sampled, wanted);
        }
        for (int i = 0; i < wanted; i++) {
            sampled[i] = at.expiringAt(random.nextInt(at.expiringCount()));
        }
        return wanted;
    }

    private void offer(Database at) {
        int count = sample(at, sampled.length);
        for (int i = 0; i < count; i++) {
            long entry = allocator.address(sampled[i]);
            long score = score(entry);
            if (pool.wants(score)) {
                pool.offer(
                        score,
                        at.number(),
                        slotOf(at, entry),
                        sampled[i],
                        keyspace.hash(Entry.key(entry), Entry.keyBytes(entry)));
            }
        }
    }

    /// {@return whether one of the pool is still there, and was not used meanwhile}
    private boolean takeBest() {
        while (pool.size() > 0) {
            int best = pool.size() - 1;
            database = pool.database(best);
            slot = pool.slot(best);
            ref = pool.ref(best);
            hash = pool.hash(best);
            long score = pool.score(best);
            pool.removeLast();
            if (keyspace.database(database).holds(slot, ref, hash)
                    && isCandidate(allocator.address(ref))
                    && score(allocator.address(ref)) >= score) {
                return true;
            }
        }
        return false;
    }

    /// Its memory may belong to the same key again, which does not expire any more.
    private boolean isCandidate(long entry) {
        return !policy.onlyExpiring() || Entry.expires(entry);
    }

    /// {@return how urgently an entry should go, at least 0}
    private long score(long entry) {
        return switch (policy.order()) {
            case IDLE -> stamps.idleSeconds(Entry.access(entry));
            case FREQUENCY -> 255 - stamps.frequency(Entry.access(entry));
            case EXPIRY -> Long.MAX_VALUE - Entry.expireAtMs(entry);
            case RANDOM, NONE -> 0;
        };
    }

    /// {@return whether it is there; an entry of a slot that was dropped is listed until its memory is reclaimed}
    private boolean show(Database at, int candidate) {
        long entry = allocator.address(candidate);
        database = at.number();
        slot = slotOf(at, entry);
        ref = candidate;
        hash = keyspace.hash(Entry.key(entry), Entry.keyBytes(entry));
        return at.holds(slot, ref, hash);
    }

    private static int slotOf(Database at, long entry) {
        return at.slots() == 1 ? 0 : KeySlot.of(Entry.key(entry), Entry.keyBytes(entry));
    }
}
