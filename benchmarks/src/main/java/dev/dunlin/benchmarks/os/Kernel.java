// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The socket calls of the C library that the generator needs, each as thin as the call itself.
///
/// A call answers what C answers; after -1, `errno` is in the segment that the caller passed. Sockets stay in blocking mode
/// and every transfer says `MSG_DONTWAIT` instead, which saves a variadic `fcntl`.
final class Kernel {
    static final int AF_INET = 2;
    static final int SOCK_STREAM = 1;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int IPPROTO_TCP = 6;
    static final int TCP_NODELAY = 1;
    static final int TCP_CONGESTION = 13;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int EAGAIN = 11;
    static final int EINTR = 4;
    static final int EPOLL_CLOEXEC = 0x80000;
    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_MOD = 3;
    static final int EPOLLIN = 1;
    static final int EPOLLOUT = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option WITH_ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET =
            function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CONNECT =
            function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            function(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle SEND = function("send", transfer());
    private static final MethodHandle RECV = function("recv", transfer());
    private static final MethodHandle EPOLL_CREATE1 =
            function("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle EPOLL_CTL =
            function(
                    "epoll_ctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle EPOLL_WAIT =
            function(
                    "epoll_wait",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

    private Kernel() {}

    private static FunctionDescriptor transfer() {
        return FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    }

    @SuppressWarnings("restricted") // Calling C is what this class is for.
    private static MethodHandle function(String name, FunctionDescriptor signature) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), signature, WITH_ERRNO);
    }

    /// {@return the layout of the segment that every call leaves its `errno` in}
    static StructLayout errnoLayout() {
        return ERRNO_LAYOUT;
    }

    static int errno(MemorySegment errno) {
        return (int) ERRNO.get(errno, 0L);
    }

    static int socket(MemorySegment errno, int domain, int type, int protocol) {
        try {
            return (int) SOCKET.invokeExact(errno, domain, type, protocol);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int connect(MemorySegment errno, int fd, MemorySegment address, int bytes) {
        try {
            return (int) CONNECT.invokeExact(errno, fd, address, bytes);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int setsockopt(
            MemorySegment errno, int fd, int level, int option, MemorySegment value, int bytes) {
        try {
            return (int) SETSOCKOPT.invokeExact(errno, fd, level, option, value, bytes);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int close(MemorySegment errno, int fd) {
        try {
            return (int) CLOSE.invokeExact(errno, fd);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static long send(MemorySegment errno, int fd, MemorySegment data, long bytes, int flags) {
        try {
            return (long) SEND.invokeExact(errno, fd, data, bytes, flags);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static long recv(MemorySegment errno, int fd, MemorySegment into, long bytes, int flags) {
        try {
            return (long) RECV.invokeExact(errno, fd, into, bytes, flags);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int epollCreate1(MemorySegment errno, int flags) {
        try {
            return (int) EPOLL_CREATE1.invokeExact(errno, flags);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int epollCtl(
            MemorySegment errno, int epoll, int operation, int fd, MemorySegment event) {
        try {
            return (int) EPOLL_CTL.invokeExact(errno, epoll, operation, fd, event);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    static int epollWait(MemorySegment errno, int epoll, MemorySegment events, int max, int ms) {
        try {
            return (int) EPOLL_WAIT.invokeExact(errno, epoll, events, max, ms);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /// A handle invoked with the types it was made for throws nothing of its own.
    private static AssertionError impossible(Throwable t) {
        return new AssertionError("a C function threw", t);
    }
}
