// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Keyspace;

/// What works on the values of a keyspace, a flyweight for each type.
///
/// Thread: owned by the node's loop.
public final class Values {
    private final HashValue hashes;
    private final SetValue sets;
    private final SetValue otherSets;
    private final SetValue setDrafts;
    private final SetMember member;
    private final HyperLogLog hyperLogLogs;
    private final ListValue lists;
    private final SortedSetValue sortedSets;
    private final SortedSetValue otherSortedSets;
    private final StreamValue streams;
    private final StreamBuilder streamBuilder;

    public Values(Keyspace keyspace) {
        this.hashes = new HashValue(keyspace);
        this.sets = new SetValue(keyspace);
        this.otherSets = new SetValue(keyspace);
        this.setDrafts = new SetValue(keyspace);
        this.member = SetValue.newMember(keyspace);
        this.hyperLogLogs = new HyperLogLog(keyspace);
        this.lists = new ListValue(keyspace);
        this.sortedSets = new SortedSetValue(keyspace);
        this.otherSortedSets = new SortedSetValue(keyspace);
        this.streams = new StreamValue(keyspace);
        this.streamBuilder = new StreamBuilder(keyspace);
    }

    public HashValue hashes() {
        return hashes;
    }

    public SetValue sets() {
        return sets;
    }

    /// {@return what looks at other sets while one is being gone through}
    public SetValue otherSets() {
        return otherSets;
    }

    /// {@return what makes sets that are no key's value yet}
    public SetValue setDrafts() {
        return setDrafts;
    }

    /// {@return what stands for a member that a command names}
    public SetMember member() {
        return member;
    }

    public void setLimits(SetLimits limits) {
        sets.limits(limits);
        otherSets.limits(limits);
        setDrafts.limits(limits);
    }

    public HyperLogLog hyperLogLogs() {
        return hyperLogLogs;
    }

    public ListValue lists() {
        return lists;
    }

    public SortedSetValue sortedSets() {
        return sortedSets;
    }

    /// {@return another flyweight, for commands that look at two sorted sets at a time}
    public SortedSetValue otherSortedSets() {
        return otherSortedSets;
    }

    /// Sets up to what size a sorted set stays small; see [SortedSetValue#limits].
    public void sortedSetLimits(long elements, long bytes) {
        sortedSets.limits(elements, bytes);
        otherSortedSets.limits(elements, bytes);
    }

    public StreamValue streams() {
        return streams;
    }

    /// {@return what puts streams together from their parts}
    public StreamBuilder streamBuilder() {
        return streamBuilder;
    }
}
