// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/// Functions of the C library for which the JDK has no call of its own, and that take up to six integers or addresses.
///
/// All have one type here, `(long, ...) -> long`: each type costs the JVM some 20 ms of making classes at the start, and on x86-64 and
/// AArch64 these arguments are in registers, of which a function looks at its own and, for an `int`, at its lower half. So is its result:
/// that of a function that returns `int` must be cast.
///
/// Thread: stateless.
public final class CLibrary {
    private static final FunctionDescriptor INTEGERS =
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private CLibrary() {}

    /// One function.
    public static final class Function {
        private final String name;
        private final MethodHandle handle;

        private Function(String name, MethodHandle handle) {
            this.name = name;
            this.handle = handle;
        }

        /// {@return what the function returns for three arguments}
        public long call(long first, long second, long third) {
            return call(first, second, third, 0, 0, 0);
        }

        /// {@return what the function returns for six arguments}
        public long call(long first, long second, long third, long fourth, long fifth, long sixth) {
            try {
                return (long) handle.invokeExact(first, second, third, fourth, fifth, sixth);
            } catch (Throwable t) {
                throw new LinkageError(name, t);
            }
        }
    }

    /// {@return the function of this name}
    ///
    /// @throws LinkageError when there is none
    @SuppressWarnings("restricted") // The whole point: see the class comment.
    public static Function function(String name) {
        Linker linker = Linker.nativeLinker();
        return new Function(
                name,
                linker.downcallHandle(
                        linker.defaultLookup()
                                .find(name)
                                .orElseThrow(
                                        () -> new LinkageError("no " + name + " in the C library")),
                        INTEGERS));
    }
}
