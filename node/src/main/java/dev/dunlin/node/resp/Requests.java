// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The requests of one batch, parsed from one stretch of a receive buffer or from several: where each argument lies, and nothing copied.
///
/// Valid only until a buffer is read into again or released. Reused for every batch.
///
/// Thread: owned by the node's loop.
public final class Requests {
    /// Requests that are parsed before the first of them runs.
    public static final int BATCH_MAX = 64;

    /// Argument arrays that a large request has grown beyond this are given up after the batch.
    private static final int KEPT_ARGUMENTS_MAX = 16 * 1024;

    private long[] address = new long[BATCH_MAX * 4];
    private int[] bytes = new int[BATCH_MAX * 4];
    private int arguments;
    private final int[] firstArgument = new int[BATCH_MAX + 1];
    private final long[] end = new long[BATCH_MAX];
    private int count;

    /// Memory for arguments that do not lie in a receive buffer as they are.
    private final List<ByteBuf> scratch = new ArrayList<>(0);

    /// {@return how many requests are complete}
    public int count() {
        return count;
    }

    /// {@return number of arguments of request `request`, its name included}
    public int argumentCount(int request) {
        return firstArgument[request + 1] - firstArgument[request];
    }

    /// {@return the number, over all requests, of the first argument of `request`}
    public int firstArgument(int request) {
        return firstArgument[request];
    }

    /// {@return the address of an argument, numbered over all requests}
    public long address(int argument) {
        return address[argument];
    }

    /// {@return the length of an argument in bytes}
    public int bytes(int argument) {
        return bytes[argument];
    }

    /// {@return the address after the last byte of `request`}
    public long end(int request) {
        return end[request];
    }

    /// Points `target` at the arguments of `request`.
    public void bindTo(Binder target, int request) {
        target.bind(address, bytes, firstArgument[request], argumentCount(request));
    }

    /// Something that looks at one request's arguments.
    @FunctionalInterface
    public interface Binder {
        void bind(long[] addresses, int[] lengths, int first, int count);
    }

    /// Starts a new batch.
    public void clear() {
        if (address.length > KEPT_ARGUMENTS_MAX) {
            address = new long[BATCH_MAX * 4];
            bytes = new int[BATCH_MAX * 4];
        }
        arguments = 0;
        count = 0;
        for (int i = 0; i < scratch.size(); i++) {
            scratch.get(i).release();
        }
        scratch.clear();
    }

    /// {@return the address of memory that belongs to this batch}
    long scratch(int bytes) {
        ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(bytes);
        scratch.add(memory);
        return memory.memoryAddress();
    }

    /// {@return whether no further request fits}
    public boolean isFull() {
        return count == BATCH_MAX;
    }

    void addArgument(long argumentAddress, int argumentBytes) {
        if (arguments == address.length) {
            address = Arrays.copyOf(address, arguments * 2);
            bytes = Arrays.copyOf(bytes, arguments * 2);
        }
        address[arguments] = argumentAddress;
        bytes[arguments++] = argumentBytes;
    }

    /// The request whose arguments were added is complete and ends at `endAddress`.
    void complete(long endAddress) {
        end[count++] = endAddress;
        firstArgument[count] = arguments;
    }

    /// Forgets the arguments of a request that is not complete.
    void rewind() {
        arguments = firstArgument[count];
    }

    /// {@return arguments added since the last complete request}
    int pendingArguments() {
        return arguments - firstArgument[count];
    }
}
