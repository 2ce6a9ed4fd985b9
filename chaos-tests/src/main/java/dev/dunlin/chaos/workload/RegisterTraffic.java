// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import dev.dunlin.chaos.client.KeyClient;
import dev.dunlin.chaos.client.Outcome;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/// Several clients write and read the same few registers, for the linearizability checker.
///
/// A register is retired after a number of operations or unknown outcomes, which keeps the checker's work linear in the length
/// of the run. Keys are `TAGr:NUMBER`. Thread: shared by the clients of one shard.
public final class RegisterTraffic {
    /// What its keys have after the hash tag.
    public static final String KIND = "r:";

    private static final int OPERATIONS_MAX = 400;
    private static final int UNKNOWN_MAX = 5;
    private static final double PER_SECOND = 80;

    private final String tag;
    private int register;
    private int operations;
    private int unknown;

    /// Registers of the shard with this hash tag.
    public RegisterTraffic(String tag) {
        this.tag = tag;
    }

    /// {@return the loop of one client, which owns `client`; `random` decides between reads and writes}
    public Workers.Body client(KeyClient client, String name, SplittableRandom random) {
        return (BooleanSupplier stopped) -> {
            var pace = new Pace(PER_SECOND);
            try (client) {
                for (long sequence = 0; !stopped.getAsBoolean(); sequence++) {
                    pace.await();
                    String key = key();
                    Outcome outcome =
                            random.nextBoolean()
                                    ? client.write(key, name + ":" + sequence)
                                    : client.read(key);
                    completed(key, outcome);
                }
            }
        };
    }

    private synchronized String key() {
        if (operations >= OPERATIONS_MAX || unknown >= UNKNOWN_MAX) {
            register++;
            operations = 0;
            unknown = 0;
        }
        operations++;
        return tag + KIND + register;
    }

    private synchronized void completed(String key, Outcome outcome) {
        if (outcome instanceof Outcome.Info && key.equals(tag + KIND + register)) {
            unknown++;
        }
    }
}
