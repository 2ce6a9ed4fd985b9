// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.dunlin.controlplane.v1.ClusterStatus;
import dev.dunlin.controlplane.v1.Finding;
import dev.dunlin.controlplane.v1.Node;
import dev.dunlin.controlplane.v1.NodeRole;
import dev.dunlin.controlplane.v1.Plan;
import dev.dunlin.controlplane.v1.SlotRange;
import dev.dunlin.controlplane.v1.Workflow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Results for programs: `{apiVersion, kind, metadata, spec, status}`.
///
/// Fields may be added; none is renamed or removed without a new `apiVersion`.
public final class Document {
    /// Version of these shapes.
    public static final String API_VERSION = "clusterctl.dunlin.dev/v1";

    private Document() {}

    /// {@return the document in this format, its last line ended}
    public static String render(OutputFormat format, Map<String, Object> document) {
        ObjectMapper mapper =
                switch (format) {
                    case TABLE -> throw new IllegalArgumentException("a table is not a document");
                    case JSON ->
                            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
                    case YAML ->
                            YAMLMapper.builder()
                                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                                    .build();
                };
        try {
            String text = mapper.writeValueAsString(document);
            return text.endsWith("\n") ? text : text + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps, lists, strings and numbers can be written", e);
        }
    }

    /// {@return the document on one line, for streams}
    public static String renderLine(Map<String, Object> document) {
        try {
            return JsonMapper.builder().build().writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps, lists, strings and numbers can be written", e);
        }
    }

    /// {@return the frame of a document; the caller adds `metadata`, `spec` and `status`}
    public static Map<String, Object> of(String kind) {
        var document = new LinkedHashMap<String, Object>();
        document.put("apiVersion", API_VERSION);
        document.put("kind", kind);
        return document;
    }

    private static Map<String, Object> map(Object... pairs) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    public static Map<String, Object> of(ClusterStatus status) {
        var document = of("ClusterStatus");
        document.put("metadata", map("fingerprint", status.getFingerprint()));
        document.put(
                "status",
                map(
                        "healthy", status.getHealthy(),
                        "slotsAssigned", status.getSlotsAssigned(),
                        "slotsOk", status.getSlotsOk(),
                        "openSlots", status.getOpenSlots(),
                        "currentEpoch", status.getCurrentEpoch(),
                        "nodes", status.getNodesList().stream().map(Document::node).toList(),
                        "findings", findings(status.getFindingsList()),
                        "running", status.getRunningList().stream().map(Document::of).toList()));
        return document;
    }

    private static Map<String, Object> node(Node node) {
        var map =
                map(
                        "id", node.getId(),
                        "address", node.getHost() + ":" + node.getPort(),
                        "role", Words.role(node.getRole()),
                        "health", Words.health(node.getHealth()),
                        "slots", Words.ranges(node.getSlotsList()),
                        "slotCount", node.getSlotCount(),
                        "configEpoch", node.getConfigEpoch());
        if (node.getRole() == NodeRole.NODE_ROLE_REPLICA) {
            map.put("primary", node.getPrimaryId());
        }
        if (node.hasKeys()) {
            map.put("keys", node.getKeys());
            map.put("usedMemoryBytes", node.getUsedMemoryBytes());
            map.put("version", node.getVersion());
        }
        if (node.hasReplicationLinkUp()) {
            map.put("replicationLinkUp", node.getReplicationLinkUp());
        }
        if (node.hasReplicationLagBytes()) {
            map.put("replicationLagBytes", node.getReplicationLagBytes());
        }
        return map;
    }

    private static List<Map<String, Object>> findings(List<Finding> findings) {
        var list = new ArrayList<Map<String, Object>>();
        for (Finding finding : findings) {
            list.add(
                    map(
                            "id", finding.getId(),
                            "severity", Words.severity(finding.getSeverity()),
                            "object", finding.getObject(),
                            "evidence", finding.getEvidence(),
                            "remedy", finding.getRemedy()));
        }
        return list;
    }

    /// {@return the result of a check}
    public static Map<String, Object> ofFindings(
            List<Finding> findings, int checksRun, boolean healthy) {
        var document = of("CheckResult");
        document.put(
                "status",
                map(
                        "healthy", healthy,
                        "checksRun", checksRun,
                        "findings", findings(findings)));
        return document;
    }

    public static Map<String, Object> of(Plan plan) {
        var moves = new ArrayList<Map<String, Object>>();
        plan.getMovesList()
                .forEach(move ->
                        moves.add(
                                map(
                                        "source", move.getSourceAddress(),
                                        "target", move.getTargetAddress(),
                                        "slots", Words.ranges(move.getSlotsList()),
                                        "slotCount", move.getSlotCount())));
        var shards = new ArrayList<Map<String, Object>>();
        plan.getShardsList()
                .forEach(shard ->
                        shards.add(
                                map(
                                        "primary", shard.getPrimaryAddress(),
                                        "slotsBefore", shard.getSlotsBefore(),
                                        "slotsAfter", shard.getSlotsAfter())));
        var document = of("Plan");
        document.put(
                "metadata",
                map(
                        "id", plan.getId(),
                        "hash", plan.getHash(),
                        "fingerprint", plan.getFingerprint()));
        document.put(
                "spec",
                map(
                        "kind", plan.getKind(),
                        "steps", List.copyOf(plan.getStepsList()),
                        "moves", moves));
        document.put(
                "status",
                map(
                        "slotsToMove", plan.getSlotsToMove(),
                        "keysToMove", plan.getKeysToMove(),
                        "shards", shards,
                        "warnings", List.copyOf(plan.getWarningsList())));
        return document;
    }

    public static Map<String, Object> of(Workflow workflow) {
        var progress = workflow.getProgress();
        var status =
                map(
                        "state", Words.state(workflow.getState()),
                        "createdMs", workflow.getCreatedMs(),
                        "endedMs", workflow.getEndedMs(),
                        "progress",
                                map(
                                        "stepsDone", progress.getStepsDone(),
                                        "stepsTotal", progress.getStepsTotal(),
                                        "currentStep", progress.getCurrentStep(),
                                        "slotsDone", progress.getSlotsDone(),
                                        "slotsTotal", progress.getSlotsTotal(),
                                        "keysDone", progress.getKeysDone(),
                                        "keysTotal", progress.getKeysTotal(),
                                        "keysPerSecond", rounded(progress.getKeysPerSecond()),
                                        "slotsPerSecond", rounded(progress.getSlotsPerSecond()),
                                        "stallReason", progress.getStallReason()));
        if (progress.hasEta()) {
            status.put(
                    "eta",
                    map(
                            "seconds", rounded(progress.getEta().getSeconds()),
                            "lowSeconds", rounded(progress.getEta().getLowSeconds()),
                            "highSeconds", rounded(progress.getEta().getHighSeconds())));
        }
        if (workflow.hasError()) {
            status.put(
                    "error",
                    map(
                            "code", workflow.getError().getCode(),
                            "text", workflow.getError().getText(),
                            "stateNow", workflow.getError().getStateNow(),
                            "nextCommand", workflow.getError().getNextCommand()));
        }
        var document = of("Workflow");
        document.put("metadata", map("id", workflow.getId()));
        document.put(
                "spec",
                map(
                        "kind", workflow.getKind(),
                        "planId", workflow.getPlanId(),
                        "planHash", workflow.getPlanHash(),
                        "reason", workflow.getReason(),
                        "slotsPerSecondMax", workflow.getSlotsPerSecondMax()));
        document.put("status", status);
        return document;
    }

    /// {@return a list of documents of one kind}
    public static Map<String, Object> list(String kind, List<Map<String, Object>> items) {
        var document = of(kind);
        document.put("items", items);
        return document;
    }

    private static double rounded(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.1f", value));
    }

    static String range(SlotRange range) {
        return range.getFirst() == range.getLast()
                ? Integer.toString(range.getFirst())
                : range.getFirst() + "-" + range.getLast();
    }
}
