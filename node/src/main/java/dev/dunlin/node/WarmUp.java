// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node;

import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.node.config.CommandLine;
import dev.dunlin.node.config.ConfigException;
import dev.dunlin.node.config.Settings;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// `dunlin-node --warm-up`: starts a node of a cluster and one that stands alone, keeps them busy for a moment, stops them and leaves
/// nothing behind. The launcher records the classes that this loads and how its methods behave, so that later starts find the classes linked
/// already, and compile what is hot at once and rightly.
///
/// Thread: the one that calls.
final class WarmUp {
    private static final String QUESTIONS =
            "PING\r\nSET warm up\r\nGET warm\r\nINFO\r\nCLUSTER NODES\r\nQUIT\r\n";
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final int TIMEOUT_MS = 10_000;

    /// Enough for the methods of the hot path to show what they usually do, few enough for a second or two.
    private static final int BATCHES = 4000;

    private static final int KEYS_PER_BATCH = 16;

    private static final int BATCHES_PER_LONG_READ = 40;

    /// Methods count as hot when they are called often, however long they run; so there are many short reads beside the few long ones.
    private static final String SHORT_READ_LAST = "30";

    private static final int SMALL_SET_MEMBERS = 30;

    /// Long enough to be compressed in a file.
    private static final String LONG_VALUE = "a value like many others, ".repeat(2);

    private WarmUp() {}

    static void run() throws IOException, ConfigException, NodesConfException {
        withNode(true, WarmUp::ask);
        withNode(false, WarmUp::load);
    }

    /// What is to be done with a connection to a node.
    @FunctionalInterface
    private interface Work {
        void with(Socket socket) throws IOException;
    }

    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream().write(QUESTIONS.getBytes(StandardCharsets.US_ASCII));
        byte[] _ = socket.getInputStream().readNBytes(ANSWER_BYTES_MAX);
    }

    /// Commands of every family on ever new keys, many at a time, as busy clients send them.
    private static void load(Socket socket) throws IOException {
        var in = new BufferedInputStream(socket.getInputStream());
        for (int batch = 0; batch < BATCHES; batch++) {
            var requests = new StringBuilder();
            int replies = 0;
            for (int i = 0; i < KEYS_PER_BATCH; i++) {
                int number = batch * KEYS_PER_BATCH + i;
                replies += add(requests, "SET", "key:" + number, "value");
                replies += add(requests, "GET", "key:" + number);
                replies += add(requests, "SET", "text:" + number, LONG_VALUE);
                replies += add(requests, "INCR", "counter:" + number);
                replies += add(requests, "HSET", "hash:" + number / 10, "field" + number % 10, "1");
            }
            replies += add(requests, "LPUSH", "list", "element" + batch);
            replies += add(requests, "SADD", "set", "member" + batch);
            replies += add(requests, "SADD", "few:" + batch / SMALL_SET_MEMBERS, "member" + batch);
            replies += add(requests, "ZADD", "sorted", "" + batch, "member" + batch);
            replies += add(requests, "XADD", "stream", "*", "field", "value");
            replies += add(requests, "DEL", "key:" + batch);
            replies += add(requests, "LRANGE", "list", "0", SHORT_READ_LAST);
            replies += add(requests, "ZRANGE", "sorted", "0", SHORT_READ_LAST);
            replies += add(requests, "XRANGE", "stream", "-", "+", "COUNT", SHORT_READ_LAST);
            replies += add(requests, "SMEMBERS", "few:" + batch / SMALL_SET_MEMBERS);
            replies += add(requests, "HGETALL", "hash:" + batch);
            if (batch % BATCHES_PER_LONG_READ == 0) {
                replies += add(requests, "LRANGE", "list", "0", "-1");
                replies += add(requests, "SMEMBERS", "set");
                replies += add(requests, "ZRANGE", "sorted", "0", "-1", "WITHSCORES");
                replies += add(requests, "HGETALL", "hash:0");
                replies += add(requests, "XRANGE", "stream", "-", "+");
            }
            socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.US_ASCII));
            skipReplies(in, replies);
        }
        // Saved and loaded: a start with a large file should not have to learn how.
        socket.getOutputStream()
                .write("DEBUG RELOAD\r\nFLUSHALL\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] _ = in.readNBytes(ANSWER_BYTES_MAX);
    }

    private static int add(StringBuilder requests, String... words) {
        requests.append('*').append(words.length).append("\r\n");
        for (String word : words) {
            requests.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return 1;
    }

    private static void skipReplies(InputStream in, int count) throws IOException {
        for (int left = count; left > 0; left--) {
            int type = in.read();
            String line = line(in);
            if (type == '$') {
                line(in);
            } else if (type == '*') {
                skipReplies(in, Integer.parseInt(line));
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the node closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static void withNode(boolean cluster, Work work)
            throws IOException, ConfigException, NodesConfException {
        Path directory = Files.createTempDirectory("dunlin-warm-up");
        try {
            int port = freePort();
            List<String> words =
                    List.of(
                            "--port",
                            Integer.toString(port),
                            "--cluster-port",
                            Integer.toString(freePort()),
                            "--bind",
                            "127.0.0.1",
                            "--dir",
                            directory.toString(),
                            "--enable-debug-command",
                            "yes",
                            "--cluster-enabled",
                            cluster ? "yes" : "no");
            Settings settings =
                    CommandLine.parse(words, InputStream.nullInputStream()).each().getFirst();
            Node node = Node.start(settings, () -> {});
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(TIMEOUT_MS);
                work.with(socket);
            } finally {
                node.close();
            }
        } finally {
            try (var files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
