// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import dev.dunlin.benchmarks.os.Poller;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// One client of the generator: its socket, its copy of the requests, and how far both are.
///
/// Invariant: 0 <= pendingReplies <= pipeline, and a new batch starts only at 0.
final class Connection {
    private final Poller poller;
    private final int token;
    private final int fd;
    private final RequestBatch batch;
    private final MemorySegment requests;
    private final ReplyReader replies;
    private int sentBytes;
    private boolean waitsForRoom;
    private int pendingReplies;
    private long startedNanos;

    Connection(Poller poller, int port, int token, RequestBatch batch, Workload workload)
            throws IOException {
        this.poller = poller;
        this.token = token;
        this.batch = batch;
        this.requests = poller.allocate(batch.size());
        this.replies =
                new ReplyReader(
                        workload.command().replyTypes(),
                        workload.command().answersValue()
                                ? workload.valueBytes()
                                : ReplyReader.ANY_LENGTH);
        batch.copyTo(requests);
        this.fd = poller.connect(port, token);
    }

    /// {@return how many numbers the requests take}
    int numbers() {
        return batch.keys();
    }

    /// Writes a number into the requests, before [#start].
    void number(int index, long number) {
        batch.patch(requests, index, number);
    }

    /// Sends all requests again and expects `count` replies.
    void start(int count, long nowNanos) throws IOException {
        pendingReplies = count;
        startedNanos = nowNanos;
        sentBytes = 0;
        send();
    }

    /// Goes on sending if the kernel had no room before.
    void onReady() throws IOException {
        if (waitsForRoom) {
            send();
        }
    }

    /// {@return how many replies `bytes` bytes of input complete}
    int onInput(MemorySegment input, int bytes) throws WrongReply {
        int ended = replies.read(input, bytes);
        pendingReplies -= ended;
        if (pendingReplies < 0) {
            throw new WrongReply("more replies than requests");
        }
        return ended;
    }

    boolean isIdle() {
        return pendingReplies == 0;
    }

    long startedNanos() {
        return startedNanos;
    }

    int fd() {
        return fd;
    }

    void close() {
        poller.disconnect(fd);
    }

    private void send() throws IOException {
        int size = (int) requests.byteSize();
        while (sentBytes < size) {
            int sent = poller.send(fd, requests, sentBytes, size - sentBytes);
            if (sent == Poller.WOULD_BLOCK) {
                if (!waitsForRoom) {
                    waitsForRoom = true;
                    poller.watchForRoom(fd, token, true);
                }
                return;
            }
            sentBytes += sent;
        }
        if (waitsForRoom) {
            waitsForRoom = false;
            poller.watchForRoom(fd, token, false);
        }
    }
}
