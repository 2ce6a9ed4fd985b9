// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Writes what clients sent and saw as JSON Lines, times in microseconds before the crash.
///
/// ```
/// {"server":"redis","setting":"always","crash":"kill","run":7,"seed":42}
/// {"c":0,"base":1200}
/// {"c":0,"sent":1216,"t":-85120}
/// {"c":0,"acked":1216,"t":-84990}
/// {"c":0,"survived":9120}
/// ```
final class Histories {
    private Histories() {}

    /// Writes `history.jsonl` into `folder`.
    static void write(
            Path folder,
            CrashPlan plan,
            int run,
            List<Ledger> ledgers,
            long crashNs,
            List<Long> survived)
            throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("history.jsonl");
        try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            out.write(
                    "{\"server\":\"%s\",\"setting\":\"%s\",\"crash\":\"%s\",\"run\":%d,\"seed\":%d}\n"
                            .formatted(
                                    plan.server().label().replace("\"", ""),
                                    plan.setting().label(),
                                    plan.crash().label(),
                                    run,
                                    plan.seed()));
            for (Ledger ledger : ledgers) {
                out.write("{\"c\":" + ledger.client() + ",\"base\":" + ledger.base() + "}\n");
                marks(out, ledger.client(), "sent", ledger.sentMarks(), crashNs);
                marks(out, ledger.client(), "acked", ledger.ackedMarks(), crashNs);
            }
            for (int client = 0; client < survived.size(); client++) {
                out.write("{\"c\":" + client + ",\"survived\":" + survived.get(client) + "}\n");
            }
        }
    }

    private static void marks(
            Writer out, int client, String word, List<Ledger.Mark> marks, long crashNs)
            throws IOException {
        for (Ledger.Mark mark : marks) {
            out.write(
                    String.format(
                            Locale.ROOT,
                            "{\"c\":%d,\"%s\":%d,\"t\":%d}%n",
                            client,
                            word,
                            mark.upTo(),
                            (mark.timeNs() - crashNs) / 1000));
        }
    }
}
