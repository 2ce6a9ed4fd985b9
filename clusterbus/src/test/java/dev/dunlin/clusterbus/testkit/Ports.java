// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Ports for the servers that tests start. Each was free a moment ago, and none is given out again soon.
///
/// They come from below those that the kernel gives to outgoing connections, and tests that run at the same time in processes of their own
/// (`test.fork` 1, 2) have ranges of their own, so nobody takes one between the look and the bind.
public final class Ports {
    /// From a client port to the port of its bus, as Redis has it.
    private static final int BUS_OFFSET = 10_000;

    private static final int PER_FORK = 5_000;
    private static final int FIRST =
            10_001 + (Integer.getInteger("test.fork", 1) - 1) % 2 * PER_FORK;

    /// Where to look next; each process begins elsewhere, so that what the last one left in TIME_WAIT is not met at once.
    private static int next = (int) (ProcessHandle.current().pid() * 101 % PER_FORK);

    private Ports() {}

    /// {@return a port that is free, and whose bus port is free too}
    public static synchronized int free() throws IOException {
        for (int attempt = 0; attempt < PER_FORK; attempt++) {
            int port = FIRST + next;
            next = (next + 1) % PER_FORK;
            if (isFree(port) && isFree(port + BUS_OFFSET)) {
                return port;
            }
        }
        throw new IOException("no free port from " + FIRST + " to " + (FIRST + PER_FORK - 1));
    }

    /// {@return `count` different ports, all free}
    public static List<Integer> free(int count) throws IOException {
        var ports = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            ports.add(free());
        }
        return List.copyOf(ports);
    }

    /// {@return the first of `count` ports in a row, all free}
    public static synchronized int freeRun(int count) throws IOException {
        int run = 0;
        for (int attempt = 0; attempt < PER_FORK; attempt++) {
            int port = FIRST + next;
            boolean first = next == 0;
            next = (next + 1) % PER_FORK;
            boolean free = isFree(port) && isFree(port + BUS_OFFSET);
            run = !free ? 0 : first ? 1 : run + 1;
            if (run == count) {
                return port - count + 1;
            }
        }
        throw new IOException("no " + count + " free ports in a row from " + FIRST);
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
