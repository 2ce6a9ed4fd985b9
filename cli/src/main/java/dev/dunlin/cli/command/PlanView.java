// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.output.Table;
import dev.dunlin.cli.output.Words;
import dev.dunlin.controlplane.v1.Plan;

/// A plan for people.
final class PlanView {
    private static final int RANGES_MAX = 6;

    private PlanView() {}

    static String render(Plan plan) {
        var text = new StringBuilder();
        text.append("PLAN ")
                .append(Words.kind(plan.getKind()))
                .append("   hash ")
                .append(plan.getHash())
                .append("   topology ")
                .append(plan.getFingerprint())
                .append('\n');
        if (plan.getStepsCount() == 0) {
            return text.append("Nothing to do.\n").toString();
        }
        var moves = new Table("MOVE", "FROM", "TO", "SLOTS", "WHICH");
        int number = 0;
        for (var move : plan.getMovesList()) {
            moves.row(
                    "m-" + ++number,
                    move.getSourceAddress(),
                    move.getTargetAddress(),
                    move.getSlotCount(),
                    Words.rangesShort(move.getSlotsList(), RANGES_MAX));
        }
        if (!moves.isEmpty()) {
            text.append(moves.render());
            text.append(shards(plan));
            text.append("Moves ")
                    .append(Words.count(plan.getSlotsToMove(), "slot"))
                    .append(" with ")
                    .append(Words.count(plan.getKeysToMove(), "key"))
                    .append(" while clients go on.\n");
        }
        text.append("Steps\n");
        int step = 0;
        for (String words : plan.getStepsList()) {
            text.append(String.format("  %2d. %s%n", ++step, words));
        }
        for (String warning : plan.getWarningsList()) {
            text.append("Warning: ").append(warning).append('\n');
        }
        return text.toString();
    }

    private static String shards(Plan plan) {
        var table = new Table("SHARD", "SLOTS NOW", "AFTER");
        plan.getShardsList()
                .forEach(shard ->
                        table.row(
                                shard.getPrimaryAddress(),
                                shard.getSlotsBefore(),
                                shard.getSlotsAfter()));
        return table.isEmpty() ? "" : table.render();
    }
}
