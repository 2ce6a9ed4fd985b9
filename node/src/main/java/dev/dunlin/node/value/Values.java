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

    public Values(Keyspace keyspace) {
        this.hashes = new HashValue(keyspace);
        this.sets = new SetValue(keyspace);
        this.otherSets = new SetValue(keyspace);
        this.setDrafts = new SetValue(keyspace);
        this.member = SetValue.newMember(keyspace);
        this.hyperLogLogs = new HyperLogLog(keyspace);
        this.lists = new ListValue(keyspace);
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
}
