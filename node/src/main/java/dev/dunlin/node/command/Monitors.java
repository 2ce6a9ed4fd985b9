// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The clients that have said MONITOR: each sees every command that runs, passwords left out.
///
/// One that does not read fast enough is dropped: what it has missed is of no use to it, and waiting for it would cost memory.
///
/// Thread: owned by the node's loop.
final class Monitors {
    /// Bytes that may wait for one of them.
    private static final long PENDING_BYTES_MAX = 32 << 20;

    private static final String HIDDEN = "\"(redacted)\"";

    private final Set<Client> clients = new LinkedHashSet<>();

    boolean isEmpty() {
        return clients.isEmpty();
    }

    void add(Client client) {
        clients.add(client);
    }

    void remove(Client client) {
        clients.remove(client);
    }

    /// Tells all of them of a command that has run.
    void show(Client client, Command command, Args args, long nowMs) {
        if (command.has(Flag.ADMIN) || command.has(Flag.SKIP_MONITOR)) {
            return;
        }
        byte[] line = line(client, args, nowMs);
        List<Client> slow = new ArrayList<>();
        for (Client monitor : clients) {
            if (monitor.link().outputBufferBytes() > PENDING_BYTES_MAX) {
                slow.add(monitor);
            } else {
                monitor.link().send(reply -> reply.raw(line));
            }
        }
        slow.forEach(monitor -> {
            clients.remove(monitor);
            monitor.link().close();
        });
    }

    private static byte[] line(Client client, Args args, long nowMs) {
        var text = new StringBuilder();
        text.append('+').append(nowMs / 1000).append('.');
        text.append("%06d".formatted(nowMs % 1000 * 1000));
        text.append(" [").append(client.database()).append(' ');
        text.append(client.link().peerAddress()).append(']');
        int secretFrom = secretFrom(args);
        for (int i = 0; i < args.count(); i++) {
            text.append(' ');
            if (i >= secretFrom) {
                text.append(HIDDEN);
            } else {
                quote(text, args.copy(i));
            }
        }
        return text.append("\r\n").toString().getBytes(UTF_8);
    }

    /// {@return the first argument that may be a password, or one behind the last}
    private static int secretFrom(Args args) {
        if (args.is(0, "auth")) {
            return 1;
        }
        boolean mayHold = args.is(0, "hello") || args.is(0, "migrate");
        for (int i = 1; mayHold && i < args.count(); i++) {
            if (args.is(i, "auth") || args.is(i, "auth2")) {
                return i + 1;
            }
        }
        return args.count();
    }

    private static void quote(StringBuilder text, byte[] bytes) {
        text.append('"');
        for (byte b : bytes) {
            switch (b) {
                case '\\', '"' -> text.append('\\').append((char) b);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case 7 -> text.append("\\a");
                case '\b' -> text.append("\\b");
                default -> {
                    if (b >= ' ' && b < 127) {
                        text.append((char) b);
                    } else {
                        text.append("\\x%02x".formatted(b & 0xFF));
                    }
                }
            }
        }
        text.append('"');
    }
}
