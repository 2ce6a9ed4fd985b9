// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.Terminal;
import dev.dunlin.cli.output.Table;
import dev.dunlin.cli.output.Words;
import dev.dunlin.controlplane.v1.ClusterStatus;
import dev.dunlin.controlplane.v1.Finding;
import dev.dunlin.controlplane.v1.Node;
import dev.dunlin.controlplane.v1.NodeRole;
import dev.dunlin.controlplane.v1.Severity;
import dev.dunlin.controlplane.v1.Workflow;
import java.util.List;

/// The state of a cluster on one screen.
final class StatusView {
    private static final int RANGES_MAX = 3;
    private static final int SLOTS = 16_384;

    private StatusView() {}

    static String render(Terminal terminal, ClusterStatus status) {
        var text = new StringBuilder();
        long primaries =
                status.getNodesList().stream()
                        .filter(node -> node.getRole() == NodeRole.NODE_ROLE_PRIMARY)
                        .filter(node -> node.getSlotCount() > 0)
                        .count();
        text.append("CLUSTER  ")
                .append(
                        status.getHealthy()
                                ? terminal.style(Terminal.Style.GOOD, "HEALTHY")
                                : terminal.style(Terminal.Style.BAD, "UNHEALTHY"))
                .append("   shards ")
                .append(primaries)
                .append("   nodes ")
                .append(status.getNodesCount())
                .append("   epoch ")
                .append(status.getCurrentEpoch())
                .append("   topology ")
                .append(status.getFingerprint())
                .append('\n');
        text.append("Slots    ")
                .append(status.getSlotsAssigned())
                .append('/')
                .append(SLOTS)
                .append(" owned   ")
                .append(status.getSlotsOk())
                .append(" served   ")
                .append(status.getOpenSlots())
                .append(" open\n");
        for (Workflow workflow : status.getRunningList()) {
            text.append("Work     ").append(WorkflowCommand.line(workflow)).append('\n');
        }
        text.append('\n').append(nodes(status.getNodesList()).render());
        if (status.getFindingsCount() > 0) {
            text.append('\n');
            status.getFindingsList().forEach(finding -> text.append(finding(terminal, finding)));
        }
        return text.toString();
    }

    private static Table nodes(List<Node> nodes) {
        var table =
                new Table(
                        "NODE", "ROLE", "ID", "HEALTH", "COUNT", "SLOTS", "KEYS", "MEMORY", "LAG");
        for (Node node : nodes) {
            boolean primary = node.getRole() == NodeRole.NODE_ROLE_PRIMARY;
            table.row(
                    (primary ? "" : "  ") + node.getHost() + ":" + node.getPort(),
                    Words.role(node.getRole()),
                    Words.shortId(node.getId()),
                    Words.health(node.getHealth()),
                    primary ? node.getSlotCount() : "-",
                    primary ? Words.rangesShort(node.getSlotsList(), RANGES_MAX) : "",
                    node.hasKeys() ? node.getKeys() : "-",
                    node.hasUsedMemoryBytes() ? Words.bytes(node.getUsedMemoryBytes()) : "-",
                    lag(node));
        }
        return table;
    }

    private static String lag(Node node) {
        if (!node.hasReplicationLinkUp()) {
            return "-";
        }
        if (!node.getReplicationLinkUp()) {
            return "link down";
        }
        return node.hasReplicationLagBytes() ? Words.bytes(node.getReplicationLagBytes()) : "?";
    }

    static String finding(Terminal terminal, Finding finding) {
        String severity =
                switch (finding.getSeverity()) {
                    case SEVERITY_ERROR -> terminal.style(Terminal.Style.BAD, "ERROR");
                    case SEVERITY_WARN -> terminal.style(Terminal.Style.WARN, "WARN ");
                    case SEVERITY_INFO, SEVERITY_UNSPECIFIED, UNRECOGNIZED -> "INFO ";
                };
        return severity
                + "  "
                + finding.getId()
                + "  "
                + finding.getObject()
                + ": "
                + finding.getEvidence()
                + (finding.getRemedy().isEmpty() ? "" : "\n       next: " + finding.getRemedy())
                + "\n";
    }

    static boolean hasErrors(List<Finding> findings) {
        return findings.stream()
                .anyMatch(finding -> finding.getSeverity() == Severity.SEVERITY_ERROR);
    }
}
