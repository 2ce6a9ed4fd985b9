// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads RESP2 replies from a socket against a deadline for the whole reply, not for each read.
///
/// Thread: one owner. A broken frame is an `IOException`; the socket is useless afterwards.
final class RespReader {
    static final int LINE_BYTES_MAX = 64 * 1024;
    static final int BULK_BYTES_MAX = 64 * 1024 * 1024;
    static final int ARRAY_ITEMS_MAX = 1_000_000;
    static final int DEPTH_MAX = 8;

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[16 * 1024];
    private int position;
    private int limit;
    private long deadlineNs;

    RespReader(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /// Reads one reply; a `SocketTimeoutException` when `deadlineNs` (of `System.nanoTime`) passes first.
    Reply read(long deadlineNs) throws IOException {
        this.deadlineNs = deadlineNs;
        return readReply(0);
    }

    private Reply readReply(int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            throw new IOException("reply nested deeper than " + DEPTH_MAX);
        }
        int type = readByte();
        String line = readLine();
        return switch (type) {
            case '+' -> new Reply.Simple(line);
            case '-' -> new Reply.Failure(line);
            case ':' -> new Reply.Int(parseLong(line));
            case '$' -> readBulk(parseLength(line, BULK_BYTES_MAX));
            case '*' -> readArray(parseLength(line, ARRAY_ITEMS_MAX), depth);
            default -> throw new IOException("unknown reply type byte " + type);
        };
    }

    private Reply readBulk(int bytes) throws IOException {
        if (bytes < 0) {
            return new Reply.Nil();
        }
        byte[] payload = new byte[bytes];
        int filled = 0;
        while (filled < bytes) {
            if (position == limit) {
                fill();
            }
            int count = Math.min(bytes - filled, limit - position);
            System.arraycopy(buffer, position, payload, filled, count);
            position += count;
            filled += count;
        }
        if (readByte() != '\r' || readByte() != '\n') {
            throw new IOException("bulk string without its line end");
        }
        return new Reply.Bulk(new String(payload, StandardCharsets.UTF_8));
    }

    private Reply readArray(int count, int depth) throws IOException {
        if (count < 0) {
            return new Reply.Nil();
        }
        List<Reply> items = new ArrayList<>(Math.min(count, 1024));
        for (int index = 0; index < count; index++) {
            items.add(readReply(depth + 1));
        }
        return new Reply.Array(List.copyOf(items));
    }

    private String readLine() throws IOException {
        var line = new StringBuilder();
        while (true) {
            int next = readByte();
            if (next == '\r') {
                if (readByte() != '\n') {
                    throw new IOException("carriage return without line feed");
                }
                return line.toString();
            }
            if (line.length() == LINE_BYTES_MAX) {
                throw new IOException("reply line longer than " + LINE_BYTES_MAX);
            }
            line.append((char) next);
        }
    }

    private int readByte() throws IOException {
        if (position == limit) {
            fill();
        }
        return buffer[position++] & 0xff;
    }

    private void fill() throws IOException {
        long remainingMs = (deadlineNs - System.nanoTime()) / 1_000_000;
        if (remainingMs <= 0) {
            throw new SocketTimeoutException("no complete reply before the deadline");
        }
        socket.setSoTimeout((int) Math.min(remainingMs, Integer.MAX_VALUE));
        int count = in.read(buffer, 0, buffer.length);
        if (count < 0) {
            throw new EOFException("connection closed by the node");
        }
        position = 0;
        limit = count;
    }

    private static int parseLength(String line, int max) throws IOException {
        long value = parseLong(line);
        if (value < -1 || value > max) {
            throw new IOException("length out of bounds: " + line);
        }
        return (int) value;
    }

    private static long parseLong(String line) throws IOException {
        try {
            return Long.parseLong(line);
        } catch (NumberFormatException e) {
            throw new IOException("not a number: " + line, e);
        }
    }
}
