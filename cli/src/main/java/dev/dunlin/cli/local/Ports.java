// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What is going on at ports of this machine.
final class Ports {
    /// Distance of a node's bus port from its port.
    static final int BUS_OFFSET = 10_000;

    static final int PORT_MAX = 65_535;
    private static final int TIMEOUT_MS = 1_000;

    private Ports() {}

    /// What answers to PING.
    enum Answer {
        READY,
        /// It speaks Redis and is still loading its data.
        LOADING,
        NONE
    }

    /// {@return those of `ports` that somebody listens on}
    static List<Integer> taken(List<Integer> ports) {
        return ports.stream().filter(port -> !isFree(port)).toList();
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// {@return whether something at this port accepts connections}
    static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// {@return what a node at this port answers to PING}
    static Answer ping(int port) {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes(5);
            String text = new String(start, StandardCharsets.US_ASCII);
            if (text.equals("+PONG")) {
                return Answer.READY;
            }
            return text.startsWith("-") ? Answer.LOADING : Answer.NONE;
        } catch (IOException _) {
            return Answer.NONE;
        }
    }
}
