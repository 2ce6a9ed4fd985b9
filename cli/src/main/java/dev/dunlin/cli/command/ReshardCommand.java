// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.controlplane.v1.ProposePlanRequest;
import dev.dunlin.controlplane.v1.ReshardGoal;
import dev.dunlin.controlplane.v1.SlotRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `clusterctl reshard`.
@Command(
        name = "reshard",
        description = "Move slots, with their keys, to one primary while clients go on.",
        footer = {
            "",
            "A NODE is HOST:PORT, an id, or the first characters of an id (at least four).",
            "",
            "Examples:",
            "  clusterctl reshard --to 127.0.0.1:7007 --count 4096",
            "        4096 slots, taken from every other primary in proportion",
            "  clusterctl reshard --from 127.0.0.1:7001 --to 127.0.0.1:7002 --count 100 --dry-run",
            "  clusterctl reshard --to 127.0.0.1:7002 --slots 0-99,5461",
            "        exactly these slots; also finishes a slot that was left half moved"
        })
final class ReshardCommand implements Callable<Integer> {
    private static final int SLOT_MAX = 16_383;

    private final Session session;

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin MoveOptions change = new MoveOptions();

    @Option(
            names = "--from",
            paramLabel = "NODE",
            split = ",",
            description = "Primaries to take slots from. Default: every other one.")
    List<String> from = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "NODE",
            required = true,
            description = "The primary that gets the slots.")
    String to = "";

    @Option(names = "--count", paramLabel = "N", description = "How many slots to move.")
    int count;

    @Option(
            names = "--slots",
            paramLabel = "RANGES",
            defaultValue = "",
            description = "Exactly which slots, such as 0-99,5461.")
    String slots = "";

    ReshardCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if ((count == 0) == slots.isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "say either --count N or --slots RANGES",
                    "",
                    "clusterctl reshard --help");
        }
        var goal =
                ReshardGoal.newBuilder()
                        .addAllSources(from)
                        .setTarget(to)
                        .setSlotCount(count)
                        .addAllSlots(ranges(slots));
        var request = ProposePlanRequest.newBuilder().setReshard(goal).build();
        try (Connection connection = session.connect(common)) {
            var plan = connection.call(c -> c.plans().propose(request));
            var yes = new StringBuilder("clusterctl reshard");
            if (!from.isEmpty()) {
                yes.append(" --from ").append(String.join(",", from));
            }
            yes.append(" --to ").append(to);
            yes.append(slots.isEmpty() ? " --count " + count : " --slots " + slots);
            new ChangeFlow(session, connection, common.output, change).run(plan, yes + " --yes");
            return ExitCode.OK.status();
        }
    }

    /// {@return the ranges written as `0-99,5461`}
    static List<SlotRange> ranges(String text) {
        var ranges = new ArrayList<SlotRange>();
        if (text.isEmpty()) {
            return ranges;
        }
        for (String part : text.split(",", -1)) {
            int dash = part.indexOf('-');
            try {
                int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
                int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
                if (first >= 0 && first <= last && last <= SLOT_MAX) {
                    ranges.add(SlotRange.newBuilder().setFirst(first).setLast(last).build());
                    continue;
                }
            } catch (NumberFormatException _) {
                // The one message below fits every mistake.
            }
            throw new CliException(
                    ExitCode.USAGE,
                    "not slots: \"" + part + "\"; wanted numbers from 0 to 16383, as in 0-99,5461",
                    "",
                    "clusterctl reshard --help");
        }
        return ranges;
    }
}
