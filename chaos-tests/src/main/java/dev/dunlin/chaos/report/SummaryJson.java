// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dunlin.chaos.scenario.Claim;
import dev.dunlin.chaos.scenario.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// The results for machines; field names are stable, so that trends can be drawn over months.
public final class SummaryJson {
    private SummaryJson() {}

    /// Writes the file.
    public static void write(Path file, List<RunResult> results, List<String> notRun, long seed)
            throws IOException {
        ObjectNode root = JsonFile.report(notRun, seed);
        ArrayNode runs = root.putArray("runs");
        results.forEach(result -> addRun(runs.addObject(), result));
        JsonFile.write(file, root);
    }

    private static void addRun(ObjectNode run, RunResult result) {
        run.put("scenario", result.plan().scenario().name());
        run.put("server", result.plan().server().label());
        run.put("environment", result.plan().environment());
        run.put("nodeTimeoutMs", result.plan().settings().nodeTimeoutMs());
        run.put("seed", result.plan().seed());
        run.put("verdict", result.verdict().name());
        run.put("durationMs", result.durationMs());
        run.put("failure", result.failure());
        run.put("folder", String.valueOf(result.plan().dir().getFileName()));
        ObjectNode measures = run.putObject("measures");
        result.measures()
                .forEach((measure, value) ->
                        measures.put(
                                measure.name().toLowerCase(Locale.ROOT),
                                Math.round(value * 1000) / 1000.0));
        ArrayNode claims = run.putArray("claims");
        for (Claim claim : result.claims()) {
            ObjectNode node = claims.addObject();
            node.put("id", claim.id());
            node.put("promise", claim.promise());
            node.put("status", claim.status().name());
            node.put("finding", claim.finding());
        }
    }
}
