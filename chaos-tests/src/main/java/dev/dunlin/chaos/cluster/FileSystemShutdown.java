// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.dunlin.chaos.HarnessException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// The ioctl by which Linux file systems play a power cut (`FS_IOC_SHUTDOWN`, for which there is no command line tool).
final class FileSystemShutdown {
    /// `_IOR('X', 125, __u32)`.
    private static final long FS_IOC_SHUTDOWN = 0x8004587dL;

    /// Not even the journal is flushed.
    private static final int NO_LOG_FLUSH = 2;

    private static final int O_RDONLY = 0;

    private FileSystemShutdown() {}

    /// Shuts down the file system that holds `folder`, as if the power had gone.
    @SuppressWarnings("restricted") // Three functions of libc, whose signatures stand below.
    static void withoutFlush(Path folder) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup libc = linker.defaultLookup();
        MethodHandle open =
                linker.downcallHandle(
                        libc.findOrThrow("open"),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
        MethodHandle ioctl =
                linker.downcallHandle(
                        libc.findOrThrow("ioctl"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                        Linker.Option.firstVariadicArg(2));
        MethodHandle close =
                linker.downcallHandle(
                        libc.findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flags = arena.allocateFrom(JAVA_INT, NO_LOG_FLUSH);
            int fd = (int) open.invokeExact(arena.allocateFrom(folder.toString()), O_RDONLY);
            if (fd < 0) {
                throw new HarnessException("cannot open " + folder);
            }
            int result = (int) ioctl.invokeExact(fd, FS_IOC_SHUTDOWN, flags);
            int closed = (int) close.invokeExact(fd);
            if (result != 0 || closed != 0) {
                throw new HarnessException("cannot shut down the file system of " + folder);
            }
        } catch (HarnessException e) {
            throw e;
        } catch (Throwable e) {
            throw new HarnessException("cannot call ioctl", e);
        }
    }
}
