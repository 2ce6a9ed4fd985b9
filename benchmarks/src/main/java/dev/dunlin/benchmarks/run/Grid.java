// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Command;
import dev.dunlin.benchmarks.load.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Which workloads a run consists of.
public final class Grid {
    private static final Set<Command> PLAIN = EnumSet.of(Command.SET, Command.GET, Command.INCR);
    private static final Set<Command> DEEP =
            EnumSet.of(Command.SET, Command.GET, Command.INCR, Command.MSET, Command.HSET);
    private static final Set<Command> SIZED = EnumSet.of(Command.SET, Command.GET);

    private Grid() {}

    /// {@return every combination}, values that a command does not send or fetch counting once
    public static List<Workload> cross(
            List<Command> commands,
            List<Integer> pipelines,
            List<Integer> clients,
            List<Integer> valueBytes,
            long keys) {
        List<Workload> cells = new ArrayList<>();
        for (Command command : commands) {
            for (int bytes : command.isValueless() ? valueBytes.subList(0, 1) : valueBytes) {
                for (int connections : clients) {
                    for (int pipeline : pipelines) {
                        cells.add(new Workload(command, pipeline, connections, bytes, keys));
                    }
                }
            }
        }
        return sorted(cells);
    }

    /// {@return the cells that the published tables have}
    public static List<Workload> full(List<Command> commands, long keys) {
        List<Workload> cells =
                new ArrayList<>(cross(commands, List.of(1, 16), List.of(50), List.of(3), keys));
        cells.addAll(cross(only(commands, DEEP), List.of(64), List.of(50), List.of(3), keys));
        cells.addAll(cross(only(commands, PLAIN), List.of(1), List.of(200), List.of(3), keys));
        cells.addAll(
                cross(only(commands, SIZED), List.of(1, 16), List.of(50), List.of(64, 1024), keys));
        return sorted(cells);
    }

    /// {@return one cell with and one without pipelining for each command}
    public static List<Workload> quick(List<Command> commands, long keys) {
        return cross(commands, List.of(1, 16), List.of(50), List.of(3), keys);
    }

    private static List<Command> only(List<Command> commands, Set<Command> wanted) {
        return commands.stream().filter(wanted::contains).toList();
    }

    /// Cells that need the same keys stand together, so that the keys are loaded once.
    private static List<Workload> sorted(List<Workload> cells) {
        return cells.stream()
                .sorted(Comparator.comparing(Grid::loader).thenComparingInt(Workload::valueBytes))
                .toList();
    }

    private static Command loader(Workload cell) {
        Command loader = cell.command().loader();
        return loader == null ? cell.command() : loader;
    }
}
