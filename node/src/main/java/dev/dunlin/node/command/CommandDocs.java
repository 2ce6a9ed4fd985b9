// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.resp.ReplyWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What COMMAND tells of a command beside its row: tips, notes on its keys, and the documentation that clients make help texts of.
///
/// These are facts about Redis's commands, not rules of ours, so they are data: `command-docs.txt` holds those of a real server, one element
/// of its reply a line. A command of ours that Redis does not have has none.
///
/// Thread: immutable; read once per process, when somebody first asks.
final class CommandDocs {
    private static final String FILE = "command-docs.txt";

    /// @param tips as COMMAND INFO prints them
    /// @param notes by index of the key specification
    /// @param pairs fields of the documentation
    /// @param from first line of the first field
    /// @param to line after the last field
    private record Row(
            List<String> tips, Map<Integer, String> notes, int pairs, int from, int to) {}

    private final List<String> lines;
    private final Map<String, Row> rows = new HashMap<>();

    private CommandDocs(List<String> lines) {
        this.lines = lines;
        int at = 0;
        while (at < lines.size()) {
            at = lines.get(at).startsWith("=") ? readRow(at) : at + 1;
        }
    }

    /// {@return the facts that come with this version}
    static CommandDocs get() {
        return Shared.DOCS;
    }

    private static final class Shared {
        private static final CommandDocs DOCS = read();

        private static CommandDocs read() {
            try (InputStream in =
                    Objects.requireNonNull(CommandDocs.class.getResourceAsStream(FILE), FILE)) {
                return new CommandDocs(new String(in.readAllBytes(), UTF_8).lines().toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private int readRow(int start) {
        List<String> tips = new java.util.ArrayList<>();
        Map<Integer, String> notes = new HashMap<>();
        int at = start + 1;
        for (; !lines.get(at).startsWith("%"); at++) {
            String line = lines.get(at);
            if (line.startsWith("-")) {
                tips.add(line.substring(1));
            } else {
                int colon = line.indexOf(':');
                notes.put(Integer.parseInt(line.substring(1, colon)), line.substring(colon + 1));
            }
        }
        int pairs = Integer.parseInt(lines.get(at).substring(1));
        int to = at + 1;
        while (to < lines.size() && !lines.get(to).startsWith("=")) {
            to++;
        }
        String name = lines.get(start).substring(1);
        rows.put(name, new Row(List.copyOf(tips), Map.copyOf(notes), pairs, at + 1, to));
        return to;
    }

    List<String> tips(Command command) {
        Row row = rows.get(command.name());
        return row == null ? List.of() : row.tips;
    }

    /// {@return the note on one of the command's key specifications, or null}
    @Nullable String note(Command command, int keySpec) {
        Row row = rows.get(command.name());
        return row == null ? null : row.notes.get(keySpec);
    }

    /// {@return whether there is documentation of the command}
    boolean knows(Command command) {
        return rows.containsKey(command.name());
    }

    /// Writes the command's name and documentation, that of its subcommands included.
    void write(ReplyWriter reply, Command command) {
        Row row = Objects.requireNonNull(rows.get(command.name()));
        List<Command> subcommands = command.subcommands().stream().filter(this::knows).toList();
        reply.bulk(command.name());
        reply.map(row.pairs + (subcommands.isEmpty() ? 0 : 1));
        for (int i = row.from; i < row.to; i++) {
            writeLine(reply, lines.get(i));
        }
        if (!subcommands.isEmpty()) {
            reply.bulk("subcommands");
            reply.map(subcommands.size());
            subcommands.forEach(subcommand -> write(reply, subcommand));
        }
    }

    private static void writeLine(ReplyWriter reply, String line) {
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '$' -> reply.bulk(rest);
            case '+' -> reply.simple(rest);
            case ':' -> reply.integer(Long.parseLong(rest));
            case '*' -> reply.array(Long.parseLong(rest));
            case '~' -> reply.set(Long.parseLong(rest));
            case '%' -> reply.map(Long.parseLong(rest));
            default -> throw new IllegalStateException(FILE + ": " + line);
        }
    }
}
