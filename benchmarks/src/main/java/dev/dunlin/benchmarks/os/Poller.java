// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.os;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// TCP connections to one port of 127.0.0.1, and the epoll instance that watches them.
///
/// Thread: one; the memory is confined to the thread that made the poller. Every method that fails throws [IOException] with the
/// call's name and `errno`, and a failed poller is only good for [#close].
public final class Poller implements AutoCloseable {
    /// Answered by [#send] and [#receive] when the socket is full or empty.
    public static final int WOULD_BLOCK = -1;

    /// Most events that one [#await] reports.
    public static final int EVENTS_MAX = 512;

    private static final ValueLayout.OfShort PORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int SOCKET_ADDRESS_BYTES = 16;

    // The kernel packs struct epoll_event on x86-64 only: { u32 events; u64 data }.
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int DATA = PACKED ? 4 : 8;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment errno = arena.allocate(Kernel.errnoLayout());
    private final MemorySegment events = arena.allocate((long) EVENT_BYTES * EVENTS_MAX, 8);
    private final MemorySegment oneEvent = arena.allocate(EVENT_BYTES, 8);
    private final int epoll;

    /// @throws IOException when the kernel gives no epoll instance
    public Poller() throws IOException {
        epoll = Kernel.epollCreate1(errno, Kernel.EPOLL_CLOEXEC);
        if (epoll < 0) {
            throw failed("epoll_create1");
        }
    }

    /// {@return the file descriptor of a new connection to 127.0.0.1:`port`, watched for input under the name `token`}
    public int connect(int port, int token) throws IOException {
        int fd = Kernel.socket(errno, Kernel.AF_INET, Kernel.SOCK_STREAM | Kernel.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw failed("socket");
        }
        MemorySegment address = arena.allocate(SOCKET_ADDRESS_BYTES, 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) Kernel.AF_INET);
        address.set(PORT, 2, (short) port);
        address.set(ValueLayout.JAVA_BYTE, 4, (byte) 127);
        address.set(ValueLayout.JAVA_BYTE, 7, (byte) 1);
        MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
        // A system default of BBR paces a sender even on loopback, which would make the generator
        // the limit.
        MemorySegment reno = arena.allocateFrom("reno", StandardCharsets.US_ASCII);
        if (Kernel.connect(errno, fd, address, SOCKET_ADDRESS_BYTES) < 0) {
            throw closing(fd, failed("connect to port " + port));
        }
        if (Kernel.setsockopt(errno, fd, Kernel.IPPROTO_TCP, Kernel.TCP_NODELAY, on, 4) < 0) {
            throw closing(fd, failed("setsockopt TCP_NODELAY"));
        }
        // Best effort: a kernel without reno keeps its default.
        int _ = Kernel.setsockopt(errno, fd, Kernel.IPPROTO_TCP, Kernel.TCP_CONGESTION, reno, 4);
        control(Kernel.EPOLL_CTL_ADD, fd, token, false);
        return fd;
    }

    /// Starts or stops watching a connection for room to send, besides input.
    public void watchForRoom(int fd, int token, boolean on) throws IOException {
        control(Kernel.EPOLL_CTL_MOD, fd, token, on);
    }

    /// Waits up to `timeoutMs` (0: not at all) for something to happen.
    ///
    /// @return how many connections have events, see [#token]
    public int await(int timeoutMs) throws IOException {
        int ready = Kernel.epollWait(errno, epoll, events, EVENTS_MAX, timeoutMs);
        if (ready < 0) {
            if (Kernel.errno(errno) == Kernel.EINTR) {
                return 0;
            }
            throw failed("epoll_wait");
        }
        return ready;
    }

    /// {@return the name of the `index`-th connection that the last [#await] reported}
    public int token(int index) {
        return events.get(JAVA_INT_UNALIGNED, (long) index * EVENT_BYTES + DATA);
    }

    /// {@return how many bytes of `data` from `offset` on the kernel took, or [#WOULD_BLOCK]}
    public int send(int fd, MemorySegment data, long offset, long bytes) throws IOException {
        MemorySegment rest = offset == 0 ? data : data.asSlice(offset, bytes);
        long sent = Kernel.send(errno, fd, rest, bytes, Kernel.MSG_DONTWAIT | Kernel.MSG_NOSIGNAL);
        if (sent < 0) {
            return blockedOr("send");
        }
        return (int) sent;
    }

    /// {@return how many bytes arrived in `into`, or [#WOULD_BLOCK]}
    ///
    /// @throws IOException also when the peer closed the connection
    public int receive(int fd, MemorySegment into) throws IOException {
        long received = Kernel.recv(errno, fd, into, into.byteSize(), Kernel.MSG_DONTWAIT);
        if (received < 0) {
            return blockedOr("recv");
        }
        if (received == 0) {
            throw new IOException("the server closed the connection");
        }
        return (int) received;
    }

    /// Closes a connection; the kernel stops watching it by itself.
    public void disconnect(int fd) {
        int _ = Kernel.close(errno, fd);
    }

    /// {@return memory for requests or replies that lives as long as this poller}
    public MemorySegment allocate(long bytes) {
        return arena.allocate(bytes, 64);
    }

    @Override
    public void close() {
        int _ = Kernel.close(errno, epoll);
        arena.close();
    }

    private void control(int operation, int fd, int token, boolean room) throws IOException {
        oneEvent.set(JAVA_INT_UNALIGNED, 0, Kernel.EPOLLIN | (room ? Kernel.EPOLLOUT : 0));
        oneEvent.set(JAVA_INT_UNALIGNED, DATA, token);
        oneEvent.set(JAVA_INT_UNALIGNED, DATA + 4, 0);
        if (Kernel.epollCtl(errno, epoll, operation, fd, oneEvent) < 0) {
            throw failed("epoll_ctl");
        }
    }

    private int blockedOr(String call) throws IOException {
        int code = Kernel.errno(errno);
        if (code == Kernel.EAGAIN || code == Kernel.EINTR) {
            return WOULD_BLOCK;
        }
        throw failed(call);
    }

    private IOException failed(String call) {
        return new IOException(call + " failed, errno " + Kernel.errno(errno));
    }

    private IOException closing(int fd, IOException failure) {
        disconnect(fd);
        return failure;
    }
}
