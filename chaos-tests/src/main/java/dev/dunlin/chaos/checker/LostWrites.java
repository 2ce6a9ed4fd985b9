// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.History;
import dev.dunlin.chaos.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds acknowledged writes that are missing at the end, and says where each one went.
///
/// An acknowledged write is lost when its key's final value is neither its own nor that of a write which may have come
/// after it. Asynchronous replication may lose the tail of what a deposed primary acknowledged: its lost writes must be a suffix,
/// with no survivor acknowledged after a lost one (no holes). Whether a write survived that was overwritten later nobody can tell, so
/// it is neither lost nor a hole. A loss acknowledged by anyone else is forbidden in every mode.
public final class LostWrites {
    private LostWrites() {}

    /// Why a write was lost, as far as its times tell.
    public enum Cause {
        /// Acknowledged before the fault: the tail that was not replicated yet.
        BEFORE_FAULT("acknowledged before the fault"),
        /// Under way when the fault struck.
        IN_FLIGHT("in flight at the fault"),
        /// Sent after the fault, acknowledged by the deposed primary before its successor acknowledged anything.
        CUT_OFF("acknowledged after the fault"),
        /// Acknowledged by the deposed primary after its successor had.
        ZOMBIE("zombie: its successor was serving"),
        /// Acknowledged by a primary that was deposed in a failover which nobody asked for.
        OTHER_FAILOVER("acknowledged by another primary that was deposed"),
        /// Acknowledged by a node that was not deposed.
        FORBIDDEN("acknowledged by a node that was not deposed");

        private final String text;

        Cause(String text) {
            this.text = text;
        }

        /// {@return the cause in words}
        public String text() {
            return text;
        }
    }

    /// One lost write.
    public record Lost(Operation write, Cause cause) {}

    /// What became of the acknowledged writes.
    ///
    /// @param acknowledged number of acknowledged writes that were judged
    /// @param lost the lost ones in order of invocation
    /// @param unread keys with an acknowledged write but without a final read
    /// @param holes survivors of the deposed primary that are younger than a lost write of it
    public record Result(
            int acknowledged, List<Lost> lost, List<String> unread, List<Operation> holes) {
        /// {@return how many were lost for this reason}
        public long count(Cause cause) {
            return lost.stream().filter(write -> write.cause() == cause).count();
        }
    }

    /// Judges a history with final reads.
    public static Result check(History history, FaultWindow window) {
        long finalNs = finalReadsStartNs(history).orElse(Long.MAX_VALUE);
        List<Lost> lost = new ArrayList<>();
        List<String> unread = new ArrayList<>();
        List<Operation> survivors = new ArrayList<>();
        Set<String> deposed = Promotions.of(history).deposed();
        int acknowledged = 0;
        for (Map.Entry<String, List<Operation>> entry : history.byKey().entrySet()) {
            List<Operation> operations = entry.getValue();
            List<Operation> writes = operations.stream().filter(Operation::write).toList();
            List<Operation> acked = writes.stream().filter(Operation::ok).toList();
            if (acked.isEmpty()) {
                continue;
            }
            Optional<Operation> finalRead =
                    operations.stream()
                            .filter(read -> !read.write() && read.ok() && read.invokeNs() > finalNs)
                            .reduce((_, last) -> last);
            if (finalRead.isEmpty()) {
                unread.add(entry.getKey());
                continue;
            }
            acknowledged += acked.size();
            Optional<Operation> last = writerOf(writes, finalRead.get().value());
            for (Operation write : acked) {
                // With no known writer of the final value nothing can have replaced this write.
                boolean replaced = last.isPresent() && !last.get().precedes(write);
                if (last.filter(write::equals).isPresent()) {
                    survivors.add(write);
                } else if (!replaced) {
                    lost.add(new Lost(write, cause(write, window, deposed)));
                }
            }
        }
        lost.sort((left, right) -> Long.compare(left.write().index(), right.write().index()));
        return new Result(acknowledged, lost, unread, holes(history, window, lost, survivors));
    }

    private static Optional<Operation> writerOf(List<Operation> writes, @Nullable String value) {
        return writes.stream()
                .filter(write -> write.kind() != Event.Kind.FAIL)
                .filter(write -> value != null && value.equals(write.value()))
                .findFirst();
    }

    private static Cause cause(Operation write, FaultWindow window, Set<String> deposed) {
        if (!write.node().equals(window.deposed())) {
            return deposed.contains(write.node()) ? Cause.OTHER_FAILOVER : Cause.FORBIDDEN;
        }
        if (write.completeNs() > window.promotedNs()) {
            return Cause.ZOMBIE;
        }
        if (write.completeNs() < window.startNs()) {
            return Cause.BEFORE_FAULT;
        }
        if (write.invokeNs() < window.doneNs()) {
            return Cause.IN_FLIGHT;
        }
        return Cause.CUT_OFF;
    }

    private static List<Operation> holes(
            History history, FaultWindow window, List<Lost> lost, List<Operation> survivors) {
        long firstLostNs = Long.MAX_VALUE;
        for (Lost loss : lost) {
            if (loss.write().node().equals(window.deposed())) {
                firstLostNs = Math.min(firstLostNs, loss.write().completeNs());
            }
        }
        long tenureEndNs = secondTenureStartNs(history, window);
        List<Operation> holes = new ArrayList<>();
        for (Operation survivor : survivors) {
            if (survivor.node().equals(window.deposed())
                    && survivor.invokeNs() > firstLostNs
                    && survivor.invokeNs() < tenureEndNs) {
                holes.add(survivor);
            }
        }
        return holes;
    }

    // A deposed primary may be promoted again later; what it acknowledges then belongs to another
    // epoch.
    private static long secondTenureStartNs(History history, FaultWindow window) {
        boolean wasReplica = false;
        for (Event event : history.ofProcess(Event.OBSERVER)) {
            if (!event.function().equals(Event.ROLE)
                    || !event.key().equals(window.deposed())
                    || event.timeNs() < window.startNs()
                    || Event.SILENT.equals(event.value())) {
                continue;
            }
            boolean primary = event.value() != null && event.value().startsWith("primary");
            if (primary && wasReplica) {
                return event.timeNs();
            }
            wasReplica = wasReplica || !primary;
        }
        return Long.MAX_VALUE;
    }

    private static Optional<Long> finalReadsStartNs(History history) {
        return history.ofProcess(Event.OBSERVER).stream()
                .filter(event -> event.function().equals(Event.FINAL_READS))
                .map(Event::timeNs)
                .findFirst();
    }
}
