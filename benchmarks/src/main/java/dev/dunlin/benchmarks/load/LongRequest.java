// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dunlin.benchmarks.os.Poller;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One request that keeps a server busy, and what a client sees meanwhile that sends a PING each millisecond.
///
/// Thread: the one that calls.
public final class LongRequest {
    private static final int RECEIVE_BYTES = 1 << 20;
    private static final int REQUEST_TOKEN = 0;
    private static final int PROBE_TOKEN = 1;

    /// PINGs alone before and after the request: what is freed in the background is still being freed.
    private static final long AROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private LongRequest() {}

    /// Sends one request and reads its reply to the end.
    ///
    /// @throws WrongReply when the reply is an error
    public static ProbeResult send(int port, List<String> words) throws IOException {
        byte[] request = encode(words);
        try (var poller = new Poller()) {
            MemorySegment out = poller.allocate(request.length);
            MemorySegment.copy(request, 0, out, ValueLayout.JAVA_BYTE, 0, request.length);
            MemorySegment in = poller.allocate(RECEIVE_BYTES);
            int fd = poller.connect(port, REQUEST_TOKEN);
            var probe = new Probe(poller, port, PROBE_TOKEN);
            try {
                run(poller, fd, out, in, probe);
                return probe.result();
            } finally {
                probe.close();
                poller.disconnect(fd);
            }
        }
    }

    private static void run(Poller poller, int fd, MemorySegment out, MemorySegment in, Probe probe)
            throws IOException {
        var replies = new ReplyReader("+:*$", ReplyReader.ANY_LENGTH);
        long now = System.nanoTime();
        long sendAt = now + AROUND_NANOS;
        boolean sent = false;
        boolean answered = false;
        long endAt = Long.MAX_VALUE;
        probe.begin(now);
        while (!answered || now - endAt < 0 || !probe.isIdle()) {
            if (!answered || now - endAt < 0) {
                probe.sendDue(now);
            }
            if (!sent && now - sendAt >= 0) {
                sent = true;
                if (poller.send(fd, out, 0, out.byteSize()) != out.byteSize()) {
                    throw new IOException("the request did not fit into the socket buffer");
                }
            }
            int ready = poller.await(0);
            now = System.nanoTime();
            for (int i = 0; i < ready; i++) {
                boolean isProbe = poller.token(i) == PROBE_TOKEN;
                int bytes = poller.receive(isProbe ? probe.fd() : fd, in);
                if (bytes != Poller.WOULD_BLOCK && isProbe) {
                    probe.onInput(in, bytes, now);
                } else if (bytes != Poller.WOULD_BLOCK && replies.read(in, bytes) > 0) {
                    answered = true;
                    endAt = now + AROUND_NANOS;
                }
            }
        }
    }

    private static byte[] encode(List<String> words) {
        var request = new ByteArrayOutputStream();
        request.writeBytes(("*" + words.size() + "\r\n").getBytes(US_ASCII));
        for (String word : words) {
            request.writeBytes(("$" + word.length() + "\r\n" + word + "\r\n").getBytes(US_ASCII));
        }
        return request.toByteArray();
    }
}
