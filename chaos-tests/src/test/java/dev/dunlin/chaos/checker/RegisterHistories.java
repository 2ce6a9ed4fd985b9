// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Makes histories of one register that are linearizable by construction: every operation takes effect at one moment between
/// its invocation and its completion.
final class RegisterHistories {
    private RegisterHistories() {}

    private record Draft(
            int process,
            boolean write,
            long invokeNs,
            long effectNs,
            long completeNs,
            boolean info) {}

    /// @param clients concurrent clients
    /// @param perClient operations of each
    /// @param infoPerMille how many of a thousand writes have an unknown outcome
    static List<Operation> valid(
            SplittableRandom random, int clients, int perClient, int infoPerMille) {
        List<Draft> drafts = new ArrayList<>();
        int process = 0;
        for (int client = 0; client < clients; client++) {
            long nowNs = random.nextLong(1000);
            int current = process++;
            for (int count = 0; count < perClient; count++) {
                long invokeNs = nowNs + random.nextLong(1, 500);
                long effectNs = invokeNs + random.nextLong(1, 1000);
                long completeNs = effectNs + random.nextLong(1, 1000);
                boolean write = random.nextBoolean();
                boolean info = write && random.nextInt(1000) < infoPerMille;
                drafts.add(new Draft(current, write, invokeNs, effectNs, completeNs, info));
                if (info) {
                    current = process++;
                }
                nowNs = completeNs;
            }
        }
        drafts.sort(Comparator.comparingLong(Draft::effectNs));
        List<Operation> operations = new ArrayList<>();
        String value = null;
        int sequence = 0;
        for (Draft draft : drafts) {
            String written = "v" + sequence++;
            // Half of the unknown writes never happen.
            boolean happens = !draft.info() || random.nextBoolean();
            if (draft.write() && happens) {
                value = written;
            }
            operations.add(
                    operation(
                            draft.process(),
                            draft.write(),
                            draft.write() ? written : value,
                            draft.invokeNs(),
                            draft.info() ? Operation.OPEN : draft.completeNs(),
                            draft.info() ? Event.Kind.INFO : Event.Kind.OK));
        }
        operations.sort(Comparator.comparingLong(Operation::invokeNs));
        return operations;
    }

    static Operation operation(
            int process,
            boolean write,
            @Nullable String value,
            long invokeNs,
            long completeNs,
            Event.Kind kind) {
        return new Operation(
                invokeNs, process, write, "k", value, "n1", invokeNs, completeNs, kind, null);
    }

    static Operation withValue(Operation operation, @Nullable String value) {
        return operation(
                operation.process(),
                operation.write(),
                value,
                operation.invokeNs(),
                operation.completeNs(),
                operation.kind());
    }

    /// Plants one violation, of a kind chosen by `random`. Null when this history has no place for it.
    static @Nullable List<Operation> mutant(SplittableRandom random, List<Operation> valid) {
        List<Integer> reads = new ArrayList<>();
        for (int index = 0; index < valid.size(); index++) {
            if (!valid.get(index).write() && valid.get(index).ok()) {
                reads.add(index);
            }
        }
        if (reads.isEmpty()) {
            return null;
        }
        int index = reads.get(random.nextInt(reads.size()));
        Operation read = valid.get(index);
        List<Operation> mutant = new ArrayList<>(valid);
        switch (random.nextInt(4)) {
            case 0 -> mutant.set(index, withValue(read, "never-written"));
            case 1 -> {
                String stale = overwrittenBefore(random, valid, read);
                if (stale == null) {
                    return null;
                }
                mutant.set(index, withValue(read, stale));
            }
            case 2 -> {
                boolean written =
                        valid.stream().anyMatch(op -> op.write() && op.ok() && op.precedes(read));
                if (!written) {
                    return null;
                }
                mutant.set(index, withValue(read, null));
            }
            default -> {
                List<Operation> later =
                        valid.stream().filter(op -> op.write() && read.precedes(op)).toList();
                if (later.isEmpty()) {
                    return null;
                }
                mutant.set(index, withValue(read, later.get(random.nextInt(later.size())).value()));
            }
        }
        return mutant;
    }

    private static @Nullable String overwrittenBefore(
            SplittableRandom random, List<Operation> valid, Operation read) {
        List<Operation> before =
                valid.stream().filter(op -> op.write() && op.ok() && op.precedes(read)).toList();
        List<String> overwritten = new ArrayList<>();
        for (Operation old : before) {
            if (before.stream().anyMatch(old::precedes)) {
                overwritten.add(String.valueOf(old.value()));
            }
        }
        return overwritten.isEmpty() ? null : overwritten.get(random.nextInt(overwritten.size()));
    }
}
