// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.output;

import dev.dunlin.controlplane.v1.NodeHealth;
import dev.dunlin.controlplane.v1.NodeRole;
import dev.dunlin.controlplane.v1.Severity;
import dev.dunlin.controlplane.v1.SlotRange;
import dev.dunlin.controlplane.v1.WorkflowState;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The words for values, the same in tables and documents.
public final class Words {
    private static final int KIB = 1024;
    private static final int SHORT_ID = 8;

    private Words() {}

    public static String role(NodeRole role) {
        return switch (role) {
            case NODE_ROLE_PRIMARY -> "primary";
            case NODE_ROLE_REPLICA -> "replica";
            case NODE_ROLE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }

    public static String health(NodeHealth health) {
        return switch (health) {
            case NODE_HEALTH_ONLINE -> "online";
            case NODE_HEALTH_SUSPECTED -> "suspected";
            case NODE_HEALTH_FAILED -> "failed";
            case NODE_HEALTH_UNREACHABLE -> "unreachable";
            case NODE_HEALTH_HANDSHAKE -> "handshake";
            case NODE_HEALTH_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }

    public static String severity(Severity severity) {
        return switch (severity) {
            case SEVERITY_INFO -> "info";
            case SEVERITY_WARN -> "warn";
            case SEVERITY_ERROR -> "error";
            case SEVERITY_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }

    public static String state(WorkflowState state) {
        return switch (state) {
            case WORKFLOW_STATE_RUNNING -> "RUNNING";
            case WORKFLOW_STATE_CANCELLING -> "CANCELLING";
            case WORKFLOW_STATE_SUCCEEDED -> "SUCCEEDED";
            case WORKFLOW_STATE_FAILED -> "FAILED";
            case WORKFLOW_STATE_CANCELLED -> "CANCELLED";
            case WORKFLOW_STATE_UNSPECIFIED, UNRECOGNIZED -> "UNKNOWN";
        };
    }

    /// {@return `REBALANCE_SLOTS` as `rebalance slots`}
    public static String kind(String kind) {
        return kind.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /// {@return `0-5460 7000`, as CLUSTER NODES has it}
    public static String ranges(List<SlotRange> ranges) {
        return ranges.stream().map(Document::range).collect(Collectors.joining(" "));
    }

    /// {@return the ranges, cut after the first few when there are many}
    public static String rangesShort(List<SlotRange> ranges, int most) {
        if (ranges.size() <= most) {
            return ranges.isEmpty() ? "-" : ranges(ranges);
        }
        return ranges(ranges.subList(0, most)) + " +" + (ranges.size() - most) + " more";
    }

    /// {@return the first characters of an id}
    public static String shortId(String id) {
        return id.length() <= SHORT_ID ? id : id.substring(0, SHORT_ID);
    }

    /// {@return `1.5M`}
    public static String bytes(long bytes) {
        if (bytes < KIB) {
            return bytes + "B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= KIB && unit < 4) {
            value /= KIB;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f%c", value, "KMGTP".charAt(unit));
    }

    /// {@return `8s`, `2m05s`, `1h03m`}
    public static String duration(double seconds) {
        long whole = Math.round(Math.max(0, seconds));
        if (whole < 60) {
            return whole + "s";
        }
        if (whole < 3600) {
            return String.format(Locale.ROOT, "%dm%02ds", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%dh%02dm", whole / 3600, whole % 3600 / 60);
    }

    /// {@return `1 slot`, `2 slots`}
    public static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
