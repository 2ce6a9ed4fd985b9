// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

/// What MEMORY DOCTOR says.
public final class MemoryReport {
    /// Below this nothing can be said.
    private static final long USED_BYTES_MIN = 5 << 20;

    private static final long REPLICA_BYTES_MAX = 10 << 20;
    private static final long CLIENT_BYTES_MAX = 200 << 10;

    private static final String EMPTY =
            "Hi Sam, this instance is empty or is using very little memory, my issues detector can't"
                    + " be used in these conditions. Please, leave for your mission on Earth and fill"
                    + " it with some data. The new Sam and I will be back to our programming as soon as"
                    + " I finished rebooting.\n";
    private static final String NO_ISSUE =
            "Hi Sam, I can't find any memory issue in your instance. I can only account for what"
                    + " occurs on this base.\n";
    private static final String ISSUES =
            "Sam, I detected a few issues in this Redis instance memory implants:\n\n";
    private static final String END = "I'm here to keep you safe, Sam. I want to help you.\n";

    private MemoryReport() {}

    public static String text(InfoFacts.Memory memory, int replicas, int clients) {
        if (memory.used() < USED_BYTES_MIN) {
            return EMPTY;
        }
        var issues = new StringBuilder();
        if (memory.peak() > memory.used() / 2 * 3) {
            issues.append(
                    " * Peak memory: In the past this instance used more than 150% of the memory that"
                            + " it uses now. Slabs that are empty go back to the system by themselves,"
                            + " those that are partly used when 'activedefrag' is on.\n\n");
        }
        if (memory.allocatorResident() > memory.allocated() * 3 / 2) {
            issues.append(
                    " * High allocator fragmentation: The slabs of this instance are less than two"
                            + " thirds full. They are emptied in the background when 'activedefrag' is on;"
                            + " see the fields active_defrag_* of INFO.\n\n");
        }
        if (replicas > 0 && memory.replicaClients() / replicas > REPLICA_BYTES_MAX) {
            issues.append(
                    " * Big replica buffers: More than 10MB wait for each replica (on average). Look at"
                            + " the replicas' lag in INFO, and at their network.\n\n");
        }
        if (clients > 0 && memory.normalClients() / clients > CLIENT_BYTES_MAX) {
            issues.append(
                    " * Big client buffers: More than 200K wait for each client (on average). CLIENT"
                            + " LIST shows which clients do not read their replies.\n\n");
        }
        return issues.isEmpty() ? NO_ISSUE : ISSUES + issues + END;
    }
}
