// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Command.container;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.STALE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.observe.LatencyHistogram;
import dev.dunlin.node.observe.LatencyMonitor;
import dev.dunlin.node.observe.LatencyReport;
import dev.dunlin.node.observe.LatencySparkline;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// LATENCY: what has kept the node busy for long, and how long each command takes.
///
/// Thread: handlers run on the node's loop and never block.
public final class LatencyCommands {
    private LatencyCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        container("latency", -2, "", List.of(
            //       name                arity  handler                     category  flags
            command("latency|doctor",     2,    LatencyCommands::doctor,    "",       ADMIN, NOSCRIPT, LOADING, STALE),
            command("latency|graph",      3,    LatencyCommands::graph,     "",       ADMIN, NOSCRIPT, LOADING, STALE),
            command("latency|help",       2,    LatencyCommands::help,      "",       LOADING, STALE),
            command("latency|histogram", -2,    LatencyCommands::histogram, "",       ADMIN, NOSCRIPT, LOADING, STALE),
            command("latency|history",    3,    LatencyCommands::history,   "",       ADMIN, NOSCRIPT, LOADING, STALE),
            command("latency|latest",     2,    LatencyCommands::latest,    "",       ADMIN, NOSCRIPT, LOADING, STALE),
            command("latency|reset",     -2,    LatencyCommands::reset,     "",       ADMIN, NOSCRIPT, LOADING, STALE)))); }
    // spotless:on

    private static LatencyMonitor monitor(CommandContext ctx) {
        return ctx.services().observation().latency();
    }

    private static void doctor(CommandContext ctx, Args args, ReplyWriter reply) {
        var settings = ctx.services().settings();
        String report =
                LatencyReport.text(
                        monitor(ctx),
                        settings.get(Directives.LATENCY_MONITOR_THRESHOLD),
                        settings.get(Directives.SLOWLOG_SLOWER_THAN),
                        ctx.nowMs() / 1000);
        reply.verbatim("txt", report.getBytes(UTF_8));
    }

    private static void graph(CommandContext ctx, Args args, ReplyWriter reply) {
        String name = args.text(2);
        LatencyMonitor.Event event = monitor(ctx).event(name);
        if (event == null) {
            throw new CommandException(
                    RespError.ofBytes(
                            "ERR No samples available for event '"
                                    + RespError.quoted(args.copy(2), args.bytes(2))
                                    + "'"));
        }
        reply.verbatim(
                "txt", LatencySparkline.text(name, event, ctx.nowMs() / 1000).getBytes(UTF_8));
    }

    private static void histogram(CommandContext ctx, Args args, ReplyWriter reply) {
        CommandTable table = ctx.services().commands();
        List<Command> wanted = new ArrayList<>();
        if (args.count() == 2) {
            wanted.addAll(table.allRows());
        }
        for (int i = 2; i < args.count(); i++) {
            Command command = table.find(args.text(i).toLowerCase(Locale.ROOT));
            if (command != null) {
                wanted.add(command);
                wanted.addAll(command.subcommands());
            }
        }
        wanted.removeIf(command -> command.histogram() == null);
        reply.map(wanted.size());
        for (Command command : wanted) {
            LatencyHistogram histogram = java.util.Objects.requireNonNull(command.histogram());
            reply.bulk(command.name());
            reply.map(2);
            reply.bulk("calls");
            reply.integer(histogram.total());
            reply.bulk("histogram_usec");
            List<long[]> levels = new ArrayList<>();
            histogram.forEachLevel((micros, calls) -> levels.add(new long[] {micros, calls}));
            reply.map(levels.size());
            for (long[] level : levels) {
                reply.integer(level[0]);
                reply.integer(level[1]);
            }
        }
    }

    private static void history(CommandContext ctx, Args args, ReplyWriter reply) {
        LatencyMonitor.Event event = monitor(ctx).event(args.text(2));
        if (event == null) {
            reply.array(0);
            return;
        }
        List<LatencyMonitor.Sample> samples = event.samples();
        reply.array(samples.size());
        for (LatencyMonitor.Sample sample : samples) {
            reply.array(2);
            reply.integer(sample.timeSeconds());
            reply.integer(sample.latencyMs());
        }
    }

    private static void latest(CommandContext ctx, Args args, ReplyWriter reply) {
        var events = monitor(ctx).events();
        reply.array(events.size());
        events.forEach((name, event) -> {
            reply.array(4);
            reply.bulk(name);
            reply.integer(event.latest().timeSeconds());
            reply.integer(event.latest().latencyMs());
            reply.integer(event.allTimeMaxMs());
        });
    }

    private static void reset(CommandContext ctx, Args args, ReplyWriter reply) {
        LatencyMonitor monitor = monitor(ctx);
        if (args.count() == 2) {
            reply.integer(monitor.events().size());
            monitor.events().clear();
            return;
        }
        int count = 0;
        for (int i = 2; i < args.count(); i++) {
            count += monitor.reset(args.text(i)) ? 1 : 0;
        }
        reply.integer(count);
    }

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        HelpText.reply(
                reply,
                "LATENCY",
                List.of(
                        "DOCTOR",
                        "    Return a human readable latency analysis report.",
                        "GRAPH <event>",
                        "    Return an ASCII latency graph for the <event> class.",
                        "HISTORY <event>",
                        "    Return time-latency samples for the <event> class.",
                        "LATEST",
                        "    Return the latest latency samples for all events.",
                        "RESET [<event> ...]",
                        "    Reset latency data of one or more <event> classes.",
                        "    (default: reset all data for all event classes)",
                        "HISTOGRAM [COMMAND ...]",
                        "    Return a cumulative distribution of latencies in the format of a histogram"
                                + " for the specified command names.",
                        "    If no commands are specified then all histograms are replied."));
    }
}
