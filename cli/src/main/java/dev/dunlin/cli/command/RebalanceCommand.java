// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.controlplane.v1.ProposePlanRequest;
import dev.dunlin.controlplane.v1.RebalanceGoal;
import dev.dunlin.controlplane.v1.Weight;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `clusterctl rebalance`.
@Command(
        name = "rebalance",
        description = "Give every primary its share of the slots, moving as few as possible.",
        footer = {
            "",
            "Examples:",
            "  clusterctl rebalance --dry-run       show what would move",
            "  clusterctl rebalance --yes           even shares; new empty primaries get theirs",
            "  clusterctl rebalance --weight 127.0.0.1:7001=2 --yes",
            "        twice the share of the others",
            "  clusterctl rebalance --weight 127.0.0.1:7003=0 --yes",
            "        empty it"
        })
final class RebalanceCommand implements Callable<Integer> {
    private final Session session;

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin MoveOptions change = new MoveOptions();

    @Option(
            names = "--weight",
            paramLabel = "NODE=W",
            description = "Share relative to the others, which have 1. May be repeated.")
    Map<String, Double> weights = new LinkedHashMap<>();

    @Option(
            names = "--threshold",
            paramLabel = "SHARE",
            defaultValue = "0.02",
            description =
                    "Do nothing while every primary is this close to its share. Default:"
                            + " ${DEFAULT-VALUE} (two percent).")
    double threshold = 0.02;

    @Option(names = "--skip-empty", description = "Leave primaries without slots as they are.")
    boolean skipEmpty;

    RebalanceCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var goal = RebalanceGoal.newBuilder().setThreshold(threshold).setSkipEmpty(skipEmpty);
        weights.forEach((node, weight) ->
                goal.addWeights(Weight.newBuilder().setNode(node).setWeight(weight)));
        var request = ProposePlanRequest.newBuilder().setRebalance(goal).build();
        try (Connection connection = session.connect(common)) {
            var plan = connection.call(c -> c.plans().propose(request));
            var yes = new StringBuilder("clusterctl rebalance");
            weights.forEach((node, weight) ->
                    yes.append(" --weight ").append(node).append('=').append(weight));
            if (threshold != 0.02) {
                yes.append(" --threshold ").append(threshold);
            }
            yes.append(skipEmpty ? " --skip-empty" : "");
            new ChangeFlow(session, connection, common.output, change).run(plan, yes + " --yes");
            return ExitCode.OK.status();
        }
    }
}
