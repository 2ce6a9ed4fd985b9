// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.config.Setting;

/// Whether a client may do what an operator has to allow first, such as DEBUG.
final class Protection {
    private Protection() {}

    /// @param switchSetting `no`, `yes`, or `local` for clients of this machine
    static boolean allows(CommandContext ctx, Setting<String> switchSetting) {
        return switch (ctx.services().settings().get(switchSetting)) {
            case "yes" -> true;
            case "local" -> isLocal(ctx.client().link().peerAddress());
            default -> false;
        };
    }

    private static boolean isLocal(String address) {
        return address.startsWith("127.") || address.startsWith("[::1]:");
    }
}
