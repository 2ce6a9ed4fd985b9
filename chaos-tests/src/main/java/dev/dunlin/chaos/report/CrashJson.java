// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dunlin.chaos.crash.CrashResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The crash matrix for machines; field names are stable.
final class CrashJson {
    private CrashJson() {}

    static void write(Path file, List<CrashSeries> all, List<String> notRun, long seed)
            throws IOException {
        ObjectNode root = JsonFile.report(notRun, seed);
        ArrayNode lines = root.putArray("series");
        all.forEach(series -> add(lines.addObject(), series));
        JsonFile.write(file, root);
    }

    private static void add(ObjectNode node, CrashSeries series) {
        node.put("server", series.plan().server().label());
        node.put("setting", series.plan().setting().label());
        node.put("crash", series.plan().crash().label());
        node.put("promise", series.plan().setting().promise().text());
        node.put("verdict", series.verdict().name());
        node.put("acked", series.acked());
        node.put("lost", series.lost());
        ArrayNode runs = node.putArray("runs");
        for (CrashResult result : series.results()) {
            ObjectNode run = runs.addObject();
            run.put("number", result.number());
            run.put("verdict", result.verdict(series.plan()).name());
            run.put("acked", result.acked());
            run.put("lost", result.lost());
            run.put("oldestLostMs", Math.round(result.oldestLostMs() * 10) / 10.0);
            run.put("lostBeforeSave", result.lostBeforeSave());
            run.put("readyMs", Math.round(result.readyMs() * 10) / 10.0);
            run.put("underWay", result.underWay());
            ArrayNode violations = run.putArray("violations");
            result.violations().forEach(violations::add);
            run.put("failure", result.failure());
            run.put("late", result.late());
        }
    }
}
