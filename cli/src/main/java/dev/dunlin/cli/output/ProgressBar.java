// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.output;

import dev.dunlin.cli.Terminal;
import dev.dunlin.controlplane.v1.Progress;
import dev.dunlin.controlplane.v1.Workflow;
import java.util.Locale;

/// Shows a workflow on stderr: one line that is rewritten on a terminal, one line per step otherwise.
public final class ProgressBar {
    private static final int WIDTH = 24;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Terminal terminal;
    private String lastStep = "";
    private String lastStall = "";
    private boolean drawn;

    public ProgressBar(Terminal terminal) {
        this.terminal = terminal;
    }

    /// Shows where the workflow is now.
    public void show(Workflow workflow) {
        if (terminal.errIsTerminal()) {
            terminal.err().print(CLEAR_LINE + line(workflow));
            terminal.err().flush();
            drawn = true;
            return;
        }
        Progress progress = workflow.getProgress();
        if (!progress.getCurrentStep().isEmpty() && !progress.getCurrentStep().equals(lastStep)) {
            lastStep = progress.getCurrentStep();
            terminal.err()
                    .println(
                            "["
                                    + (progress.getStepsDone() + 1)
                                    + "/"
                                    + progress.getStepsTotal()
                                    + "] "
                                    + lastStep);
        }
        // Short waits are normal; only a failure that is being retried is worth a line in a log.
        String stall = progress.getStallReason();
        if (stall.contains("(try ") && !stall.equals(lastStall)) {
            terminal.err().println("      waiting: " + stall);
        }
        lastStall = stall;
    }

    /// Leaves the line, so that what follows begins on a fresh one.
    public void done() {
        if (drawn) {
            terminal.err().print(CLEAR_LINE);
            terminal.err().flush();
            drawn = false;
        }
    }

    /// {@return the line}
    static String line(Workflow workflow) {
        Progress progress = workflow.getProgress();
        boolean slots = progress.getSlotsTotal() > 0;
        double share =
                slots
                        ? (double) progress.getSlotsDone() / progress.getSlotsTotal()
                        : (double) progress.getStepsDone() / Math.max(1, progress.getStepsTotal());
        int full = (int) Math.round(share * WIDTH);
        var line = new StringBuilder();
        line.append(workflow.getId())
                .append(" [")
                .append("#".repeat(full))
                .append("-".repeat(WIDTH - full))
                .append(String.format(Locale.ROOT, "] %3.0f%%", share * 100));
        if (slots) {
            line.append("  ")
                    .append(progress.getSlotsDone())
                    .append('/')
                    .append(progress.getSlotsTotal())
                    .append(" slots  ")
                    .append(progress.getKeysDone())
                    .append(" keys");
            if (progress.getSlotsPerSecond() > 0) {
                line.append(
                        String.format(
                                Locale.ROOT,
                                "  %.0f slots/s %.0f keys/s",
                                progress.getSlotsPerSecond(),
                                progress.getKeysPerSecond()));
            }
        }
        if (progress.hasEta()) {
            line.append("  ETA ")
                    .append(Words.duration(progress.getEta().getSeconds()))
                    .append(" (")
                    .append(Words.duration(progress.getEta().getLowSeconds()))
                    .append('-')
                    .append(Words.duration(progress.getEta().getHighSeconds()))
                    .append(')');
        }
        if (!progress.getStallReason().isEmpty()) {
            line.append("  waiting: ").append(progress.getStallReason());
        } else if (!slots) {
            line.append("  ").append(progress.getCurrentStep());
        }
        return line.toString();
    }
}
