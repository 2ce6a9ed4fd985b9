// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

/// One contiguous range of address space in which a node keeps all its data.
///
/// The range is reserved at once and costs nothing until a page is touched; `release` gives touched pages back to the system. One
/// range, and not many small ones, so that a block can be named by a 32-bit number ([SlabAllocator]).
///
/// Thread: owned by whoever made it; not safe for concurrent use.
public final class NativeRegion implements AutoCloseable {
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MADV_DONTNEED = 4;
    private static final long MAP_FAILED = -1;

    private static final CLibrary.Function MMAP = CLibrary.function("mmap");
    private static final CLibrary.Function MUNMAP = CLibrary.function("munmap");
    private static final CLibrary.Function MADVISE = CLibrary.function("madvise");

    private final long address;
    private final long bytes;
    private boolean closed;

    private NativeRegion(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
    }

    /// Reserves `bytes` bytes of address space, all reading as zero.
    ///
    /// @throws OutOfMemoryError when the system refuses, for example under a strict overcommit policy
    public static NativeRegion reserve(long bytes) {
        boolean mac = System.getProperty("os.name", "").startsWith("Mac");
        int privateAnonymousNoReserve = mac ? 0x2 | 0x1000 | 0x40 : 0x2 | 0x20 | 0x4000;
        long address = MMAP.call(0, bytes, PROT_READ_WRITE, privateAnonymousNoReserve, -1, 0);
        if (address == MAP_FAILED) {
            throw new OutOfMemoryError(
                    "cannot reserve "
                            + bytes
                            + " bytes of address space; check vm.overcommit_memory and ulimit -v");
        }
        return new NativeRegion(address, bytes);
    }

    /// {@return the first address of the region}
    public long address() {
        return address;
    }

    /// {@return the size of the region in bytes}
    public long bytes() {
        return bytes;
    }

    /// Gives the pages of a page-aligned range back to the system; they read as zero when touched again (on Linux).
    public void release(long fromAddress, long rangeBytes) {
        MADVISE.call(fromAddress, rangeBytes, MADV_DONTNEED);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        MUNMAP.call(address, bytes, 0);
    }
}
