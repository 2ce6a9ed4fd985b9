// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/// Functions of the C library for which the JDK has no call of its own.
///
/// Thread: stateless.
public final class CLibrary {
    private CLibrary() {}

    /// {@return a handle that calls the function of this name}
    ///
    /// @throws LinkageError when there is none
    @SuppressWarnings("restricted") // The whole point: see the class comment.
    public static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup()
                        .find(name)
                        .orElseThrow(() -> new LinkageError("no " + name + " in the C library")),
                descriptor);
    }
}
