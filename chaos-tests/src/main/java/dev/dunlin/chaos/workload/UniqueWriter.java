// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import dev.dunlin.chaos.client.KeyClient;
import java.util.function.BooleanSupplier;

/// Writes a new key with a new value at a fixed rate: afterwards each acknowledged one is there or it is lost.
///
/// Keys are `TAGu:NAME:SEQ`, values `NAME:SEQ`.
public final class UniqueWriter implements Workers.Body {
    /// What its keys have after the hash tag.
    public static final String KIND = "u:";

    private final KeyClient client;
    private final String tag;
    private final String name;
    private final double perSecond;

    /// A writer that owns `client`.
    public UniqueWriter(KeyClient client, String tag, String name, double perSecond) {
        this.client = client;
        this.tag = tag;
        this.name = name;
        this.perSecond = perSecond;
    }

    @Override
    public void run(BooleanSupplier stopped) {
        var pace = new Pace(perSecond);
        try (client) {
            for (long sequence = 0; !stopped.getAsBoolean(); sequence++) {
                pace.await();
                client.write(tag + KIND + name + ":" + sequence, name + ":" + sequence);
            }
        }
    }
}
